"""The organisation's own calendar: fiscal quarters, and the weeks that a forecast is kept by.

Written apart from the calendar that the rest of the package uses, on purpose: or both would share a misunderstanding.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal

DAYS_IN_WEEK = 7
_WEEK = timedelta(days=DAYS_IN_WEEK)
_LATE = timedelta(hours=8)


@dataclass(frozen=True)
class Period:
    """A fiscal quarter: `name` is its `timePeriodId`, `first` and `last` are its days, both within."""

    year: int
    number: int
    first: date
    last: date

    @property
    def name(self) -> str:
        """Return `2027_Q4`."""
        return f"{self.year}_Q{self.number}"


@dataclass(frozen=True)
class Week:
    """One time frame of a quarter: its ordinal there (from 0), and its first day."""

    ordinal: int
    first: date

    @property
    def frame_id(self) -> str:
        """Return `TF:2026-07-08`: without the quarter, so a week in two quarters has one id (F14)."""
        return f"TF:{self.first.isoformat()}"

    @property
    def last(self) -> date:
        """Return its last day."""
        return self.first + _WEEK - timedelta(days=1)

    @property
    def opens(self) -> datetime:
        """Return the moment at which it begins."""
        return midnight(self.first)

    @property
    def closes(self) -> datetime:
        """Return the last moment at which an entry of it can change: 08:00 UTC of the day after it ends (F16)."""
        return self.opens + _WEEK + _LATE


def midnight(day: date) -> datetime:
    """Return the day's first moment, in UTC."""
    return datetime.combine(day, time(), UTC)


@dataclass(frozen=True)
class Calendar:
    """A fiscal year that starts in the month `starts`, named after the calendar year it starts or ends in."""

    starts: int
    named_after: Literal["start", "end"]
    week_starts: int

    def period_of(self, day: date) -> Period:
        """Return the quarter that the day is in."""
        since_epoch = day.year * 12 + day.month - self.starts
        return self._from_ordinal(since_epoch // 3)

    def named(self, name: str) -> Period | None:
        """Return the quarter with this name, or None when it is no such name."""
        year, separator, number = name.partition("_Q")
        if (
            not separator
            or number not in {"1", "2", "3", "4"}
            or len(year) != 4
            or not (year.isascii() and year.isdigit())
        ):
            return None
        start_year = int(year) - self._later
        if not 1 < start_year < 9998:
            return None
        return self._from_ordinal(start_year * 4 + int(number) - 1)

    def weeks(self, period: Period) -> tuple[Week, ...]:
        """Return every week that shares a day with the quarter: the first can begin days before it does (F14)."""
        return _weeks(period.first, period.last, self.week_starts)

    @property
    def _later(self) -> int:
        return int(self.named_after == "end" and self.starts != 1)

    def _from_ordinal(self, ordinal: int) -> Period:
        year, index = divmod(ordinal, 4)
        return Period(year + self._later, index + 1, self._first(ordinal), self._first(ordinal + 1) - timedelta(days=1))

    def _first(self, ordinal: int) -> date:
        year, month = divmod(ordinal * 3 + self.starts - 1, 12)
        return date(year, month + 1, 1)


@lru_cache(maxsize=256)
def _weeks(first: date, last: date, week_starts: int) -> tuple[Week, ...]:
    start = first - timedelta(days=(first.weekday() - week_starts) % DAYS_IN_WEEK)
    days = range(0, (last - start).days + 1, DAYS_IN_WEEK)
    return tuple(Week(ordinal, start + timedelta(days=day)) for ordinal, day in enumerate(days))
