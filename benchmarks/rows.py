"""A row of the table: a goal, the figure, and whether it was reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any


class Standing(StrEnum):
    """How a goal stands. Only `MISSED` and `NOT_MEASURED` make a run fail."""

    REACHED = "ok"
    EXPLAINED = "missed, as explained"
    MISSED = "MISSED"
    NOT_MEASURED = "NOT MEASURED"
    NOT_JUDGED = "not judged"

    @property
    def fails(self) -> bool:
        """Whether a run with such a row is no success."""
        return self in (Standing.MISSED, Standing.NOT_MEASURED)


@dataclass(frozen=True)
class Row:
    """What was wanted and what was seen; `seen` has the figures behind the figure."""

    name: str
    goal: str
    figure: str
    standing: Standing
    seen: Mapping[str, Any] = field(default_factory=dict)


def judged(name: str, goal: str, figure: str, *, reached: bool, **seen: Any) -> Row:
    """Return a row that was measured."""
    return Row(name, goal, figure, Standing.REACHED if reached else Standing.MISSED, seen)


def at_most(name: str, goal: str, value: float, limit: float, unit: str, **seen: Any) -> Row:
    """Return a row whose figure must not be greater than its limit."""
    return judged(name, goal, f"{value:.2f} {unit}".rstrip(), reached=value <= limit, value=value, limit=limit, **seen)


def at_least(name: str, goal: str, value: float, limit: float, unit: str, **seen: Any) -> Row:
    """Return a row whose figure must not be smaller than its limit."""
    return judged(name, goal, f"{value:.2f} {unit}".rstrip(), reached=value >= limit, value=value, limit=limit, **seen)


@dataclass(frozen=True)
class Explained:
    """Why a goal is out of reach, as a paragraph of docs/performance.md tells, and what is kept instead.

    `bound` is on the wrong side of the goal's limit. A figure beyond it is worse than what is explained there.
    """

    paragraph: str
    bound: float

    def standing(self, row: Row) -> Standing:
        """Return how a row stands that has missed its goal."""
        value, limit = row.seen["value"], row.seen["limit"]
        kept = value <= self.bound if self.bound > limit else value >= self.bound
        return Standing.EXPLAINED if kept else Standing.MISSED


def explained(row: Row, reasons: Mapping[str, Explained]) -> Row:
    """Return a missed row as an explained one where a reason, under its name, covers its figure."""
    reason = reasons.get(row.name)
    if reason is None or row.standing is not Standing.MISSED:
        return row
    return replace(row, standing=reason.standing(row))
