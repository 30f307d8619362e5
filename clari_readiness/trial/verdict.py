"""What comes of a scenario: kept, broken with a sentence for each law, or not looked at and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any


class Verdict(StrEnum):
    """How a scenario ended."""

    KEPT = "kept"
    BROKEN = "broken"
    NOT_APPLICABLE = "not applicable"
    NOT_TESTED = "not tested"


@dataclass(frozen=True)
class Broken:
    """A law that was broken: in one sentence, and the rows or requests that show it."""

    law: str
    sentence: str
    details: tuple[Mapping[str, Any], ...] = ()


ENDS = "ends"
"""The law that a run ends by itself, in time."""

TIMED = frozenset({"backoff", "jitter", "polling", "retry-after", "timeout", "slots", ENDS})
"""Laws on pauses and spans: a machine that is busy with others can break them in the exporter's place."""


@dataclass(frozen=True)
class Outcome:
    """What became of one scenario. `evidence` is the directory of a failure.

    `hidden_by` is what the machine added to each pause, in seconds of the simulator's clock, where that was so much
    that a pause cannot be told from none; 0 where it does not matter. `unclear` is whether the pauses could be meant
    or not. `longest` is how many real seconds the longest run took, `slowness` how many times as long as on an idle
    machine everything takes.
    """

    scenario: str
    items: tuple[str, ...]
    done: str
    verdict: Verdict
    broken: tuple[Broken, ...] = ()
    reason: str = ""
    seconds: float = 0.0
    requests: int = 0
    evidence: Path | None = field(default=None)
    hidden_by: float = 0.0
    unclear: bool = False
    longest: float = 0.0
    slowness: float = 1.0

    @property
    def rests_on_time(self) -> bool:
        """Whether nothing is wrong but pauses and spans, or what came of a run that was stopped after its time."""
        return self.overdue or (bool(self.broken) and all(each.law in TIMED for each in self.broken))

    @property
    def overdue(self) -> bool:
        """Whether a run had to be stopped: what it left behind, and what the next one made of that, rests on it."""
        return any(each.law == ENDS for each in self.broken)

    @property
    def sentence(self) -> str:
        """Return what is wrong, in one sentence; empty when nothing is."""
        if not self.broken:
            return self.reason
        more = len(self.broken) - 1
        return self.broken[0].sentence + (f" (and {more} more)" if more else "")
