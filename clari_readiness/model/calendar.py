"""The fiscal calendar: which quarter a day is in, and what that quarter is called.

Clari names a period `YYYY_QQ` (F5) after the organisation's fiscal year, which may start in any month and be named
after the calendar year in which it starts or ends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import total_ordering
from typing import Literal

_NAME = re.compile(r"([0-9]{4})_Q([1-4])")  # \d would take the digits of every script


@total_ordering
@dataclass(frozen=True)
class Quarter:
    """A fiscal quarter: the year by its name, and 1 to 4. `str(quarter)` is Clari's `timePeriodId`."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= 4:
            raise ValueError(f"a quarter is 1 to 4, not {self.number}")

    @classmethod
    def parse(cls, name: str) -> Quarter:
        """Read `2027_Q4`; anything else raises ValueError."""
        match = _NAME.fullmatch(name)
        if not match:
            raise ValueError(f"a quarter is written like 2027_Q4, not {name!r}")
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.year:04}_Q{self.number}"

    def __lt__(self, other: Quarter) -> bool:
        return (self.year, self.number) < (other.year, other.number)

    def minus(self, quarters: int) -> Quarter:
        """Return the quarter so many before this one (a negative number: after it)."""
        ordinal = self.year * 4 + self.number - 1 - quarters
        return Quarter(ordinal // 4, ordinal % 4 + 1)


@dataclass(frozen=True)
class Window:
    """The quarters that a warehouse keeps: `first`, which began on the day `begins`, and every later one."""

    first: Quarter
    begins: date

    def is_past(self, period: str) -> bool:
        """Tell whether a period lies before it. Of what is not named like a quarter nobody knows: it does not."""
        try:
            return Quarter.parse(period) < self.first
        except ValueError:
            return False


@dataclass(frozen=True)
class FiscalYear:
    """A fiscal year: the month in which it starts (1 to 12), and which of its calendar years it is named after."""

    starts: int = 1
    named_after: Literal["start", "end"] = "end"

    def __post_init__(self) -> None:
        if not 1 <= self.starts <= 12:
            raise ValueError(f"a month is 1 to 12, not {self.starts}")

    def quarter_of(self, day: date) -> Quarter:
        """Return the fiscal quarter that the day is in."""
        months = (day.month - self.starts) % 12
        started_in = day.year - (1 if day.month < self.starts else 0)
        return Quarter(started_in + self._named_later, months // 3 + 1)

    def first_day(self, quarter: Quarter) -> date:
        """Return the first day of the quarter."""
        months = self.starts - 1 + (quarter.number - 1) * 3
        return date(quarter.year - self._named_later + months // 12, months % 12 + 1, 1)

    def last_day(self, quarter: Quarter) -> date:
        """Return the last day of the quarter."""
        return self.first_day(quarter.minus(-1)) - timedelta(days=1)

    def history(self, day: date, quarters: int) -> tuple[Quarter, ...]:
        """Return the quarter that the day is in and so many before it, the newest first."""
        current = self.quarter_of(day)
        return tuple(current.minus(back) for back in range(quarters + 1))

    def window(self, day: date, quarters: int) -> Window:
        """Return the window of so many quarters, of which the one that the day is in is the last to have begun."""
        first = self.quarter_of(day).minus(quarters - 1)
        return Window(first, self.first_day(first))

    @property
    def _named_later(self) -> int:
        return 1 if self.named_after == "end" and self.starts > 1 else 0
