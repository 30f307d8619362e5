"""What faults have in store for a request: settled when it is made, so that a job is the same at every look (F9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

from starlette.types import Scope

from clari_readiness.simulator.paging import Paging

Document = dict[str, Any]
"""A forecast's document (F13), its amounts as Decimals."""

End = Literal["DONE", "FAILED", "ABORTED", "CANCELLED", "GONE", "NEVER"]
Flag = Literal["rowsTruncated", "cellsTruncated"]

_PLAN = "clari_readiness.plan"


class Content(Protocol):
    """A change of what a forecast's document says."""

    @property
    def says(self) -> str:
        """Return what it does, in a few words for the journal."""
        ...

    @property
    def legitimate(self) -> bool:
        """Return whether the changed document is data as good as any, which an exporter has to load as it is."""
        ...

    def change(self, document: Document) -> Document:
        """Return the changed document; the one that was given stays as it is."""
        ...


@dataclass(frozen=True)
class Plan:
    """What is going to happen to what is asked for; by default what always happens.

    `ends` is how a job ends: in one of F6's states, as one that nobody knows any more (GONE), or NEVER. `seconds` is
    how long it is STARTED, None for as long as the organisation's. `truncated` is the flag that half of the entries
    come with (F10). With `period_ignored` the current quarter is answered (F18), with `every_week` every week of the
    quarter.
    """

    ends: End = "DONE"
    seconds: float | None = None
    truncated: Flag | None = None
    period_ignored: bool = False
    every_week: bool = False
    contents: tuple[Content, ...] = ()
    paging: Paging = field(default_factory=Paging)

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what it does to its document, a few words for each change."""
        period = "timePeriod ignored" if self.period_ignored else None
        return *filter(None, (self.truncated, period)), *(each.says for each in self.contents)

    @property
    def damage(self) -> tuple[str, ...]:
        """Return what makes its document one that nobody may load, a few words each."""
        good = {each.says for each in self.contents if each.legitimate}
        return tuple(note for note in self.notes if note not in good)

    def undamaged(self) -> Plan:
        """Return the plan without its damage."""
        contents = tuple(each for each in self.contents if each.legitimate)
        return replace(self, contents=contents, truncated=None, period_ignored=False)

    def told(self, document: Document) -> Document:
        """Return the document as it is told."""
        for content in self.contents:
            document = content.change(document)
        return document


NOTHING_PLANNED = Plan()


def planned(scope: Scope) -> Plan:
    """Return what is planned for a request."""
    plan: Plan = scope.get(_PLAN, NOTHING_PLANNED)
    return plan


def amend(scope: Scope, amendment: Callable[[Plan], Plan]) -> None:
    """Change what is planned for a request."""
    scope[_PLAN] = amendment(planned(scope))
