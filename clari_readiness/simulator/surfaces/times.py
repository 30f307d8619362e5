"""The window of time that activities and audit events are asked for: dates or moments of ISO 8601."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

KEPT = timedelta(days=30)
"""How long events are kept, and how far back a window reaches that has no beginning (F29)."""


@dataclass(frozen=True)
class Window:
    """From `start` until before `end`, both in UTC."""

    start: datetime
    end: datetime


class WindowProblem(ValueError):
    """A window that cannot be meant; `target` is the parameter."""

    def __init__(self, message: str, target: str) -> None:
        super().__init__(message)
        self.target = target


def window(start: Any, end: Any, *, at: datetime, names: tuple[str, str]) -> Window:
    """Return the window between two texts, each None for its default; raises WindowProblem."""
    first = at - KEPT if start is None else _moment(start, names[0])
    last = at if end is None else _moment(end, names[1])
    if last < first:
        raise WindowProblem(f"{names[1]} is before {names[0]}", names[1])
    return Window(max(first, at - KEPT), last)


def _moment(text: Any, name: str) -> datetime:
    try:
        read = datetime.fromisoformat(text)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise WindowProblem(f"{name} is not a date or date-time of ISO 8601", name) from None
