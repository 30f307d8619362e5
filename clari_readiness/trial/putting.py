"""From settings to a record: who is put on trial how, and what is written down of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clari_readiness.model.time import Clock
from clari_readiness.trial.assignment import Pace
from clari_readiness.trial.exporter import Accused
from clari_readiness.trial.record import FILE, Record
from clari_readiness.trial.run import Trial
from clari_readiness.trial.scenario import Scenario
from clari_readiness.trial.scenarios import chosen
from clari_readiness.trial.standing import suite_version
from clari_readiness.trial.verdict import Outcome

Listener = Callable[[Outcome], None]


@dataclass(frozen=True)
class Case:
    """One trial, ready to begin. `version` is the exporter's; `repeat` is the command that would do all of it again."""

    accused: Accused
    version: str
    pace: Pace
    scenarios: tuple[Scenario, ...]
    caller: Mapping[str, str] = field(repr=False)
    seed: int = 1
    quick: bool = False
    repeat: str = "clari-readiness trial"

    def put(self, directory: Path, clock: Clock, told: Listener = lambda _: None) -> Record:
        """Try it, tell each outcome as it is there, and write the record into the directory."""
        began, when = time.monotonic(), clock.now()
        trial = Trial(self.accused, directory, self.caller, self.seed, self.pace, self.repeat)
        outcomes = {}
        for outcome in trial.outcomes(self.scenarios):
            told(outcome)
            outcomes[outcome.scenario] = outcome
        record = Record(
            when=when,
            seed=self.seed,
            full=len(outcomes) == len(chosen()),
            quick=self.quick,
            exporter=self.accused.written,
            version=self.version,
            suite=suite_version(),
            time_scale=self.pace.scale,
            seconds=time.monotonic() - began,
            # In the order of the catalogue: which of two ended first is nobody's business.
            outcomes=tuple(outcomes[each.name] for each in self.scenarios if each.name in outcomes),
        )
        record.write(directory / FILE)
        return record
