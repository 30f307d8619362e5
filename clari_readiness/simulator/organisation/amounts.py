"""What one seat has in one field, week by week, at a moment: whole cents, decided by the seed and the moment alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from clari_readiness.simulator.organisation.calendar import DAYS_IN_WEEK, Period, Week, midnight
from clari_readiness.simulator.organisation.chance import bytes_for, number_for

_DAY = timedelta(days=1)
_UPDATES_ON_A_DAY = 100  # of 256
_UPDATES_LATE = 16  # of 256: the small part that still changes after the week has ended (F16)
_ADJUSTED = 64  # of 256


@dataclass(frozen=True)
class Amounts:
    """All that can be said of a seat, a field and a week, in cents; None where there is nothing of that kind."""

    call: int | None = None
    updated: tuple[datetime, str] | None = None
    adjustment: int | None = None
    adjusted: tuple[datetime, str] | None = None
    quota: int | None = None
    crm_total: int | None = None
    crm_closed: int | None = None


@dataclass(frozen=True)
class Cell:
    """Where amounts stand: whose, in which forecast, field and quarter. `salt` makes organisations differ."""

    salt: int
    forecast: str
    field: str
    user: str
    manager: str
    period: Period

    def chance(self, *words: object) -> int:
        """Return a number decided by this cell and the words."""
        return number_for(self.salt, self.forecast, self.field, self.user, self.period.name, *words)

    def chances(self, *words: object) -> bytes:
        """Return 64 bytes decided by this cell and the words."""
        return bytes_for(64, self.salt, self.forecast, self.field, self.user, self.period.name, *words)


def calls(cell: Cell, weeks: tuple[Week, ...], at: datetime) -> Iterator[Amounts]:
    """Yield the calls of each week at the moment, and what the CRM says beside them.

    A week begins with what the week before ended with; until it closes (F16) somebody may enter something else.
    """
    carried = opening = 2_000_000 + cell.chance("opening") % 38_000_000
    for week in weeks:
        call, updated = carried, None
        chances = cell.chances(week.frame_id)
        for moment, change in _updates(week, chances):
            if moment > at:
                break
            if moment < week.opens + timedelta(days=DAYS_IN_WEEK):
                carried = _changed(carried, change)
            call, updated = _changed(call, change), (moment, cell.user)
        adjustment, adjusted = _adjustment(cell, week, chances, opening, at)
        seen = min(at, week.closes)
        yield Amounts(
            call, updated, adjustment, adjusted, None, _pipeline(cell, opening, seen), _closed(cell, opening, seen)
        )


def quotas(cell: Cell, weeks: tuple[Week, ...]) -> Iterator[Amounts]:
    """Yield the quota of each week: the same all through the quarter, and nothing else."""
    quota = 5_000_000 + cell.chance("quota") % 45_000_000
    return (Amounts(quota=quota) for _ in weeks)


def together(reports: list[tuple[str, Amounts]]) -> Amounts:
    """Return what a manager has: the sums of the reports, and the latest time at which one of them changed."""
    parts = [amounts for _, amounts in reports]
    updates = [amounts.updated for amounts in parts if amounts.updated]
    return Amounts(
        call=_sum([part.call for part in parts]),
        updated=max(updates) if updates else None,
        quota=_sum([part.quota for part in parts]),
        crm_total=_sum([part.crm_total for part in parts]),
        crm_closed=_sum([part.crm_closed for part in parts]),
    )


def _sum(values: list[int | None]) -> int | None:
    present = [value for value in values if value is not None]
    return sum(present) if present else None


def _updates(week: Week, chances: bytes) -> Iterator[tuple[datetime, int]]:
    # 64 bytes: for each of the seven days and the day after, whether, when (two bytes), and how much (two bytes).
    for day in range(DAYS_IN_WEEK + 1):
        whether, hour, minute, much, cents = chances[day * 8 : day * 8 + 5]
        late = day == DAYS_IN_WEEK
        if whether < (_UPDATES_LATE if late else _UPDATES_ON_A_DAY):
            seconds = (hour * 256 + minute) * (8 if late else 24) * 3600 // 65_536
            yield (
                week.opens + day * _DAY + timedelta(seconds=seconds, milliseconds=cents * 3),
                (much - 127) * 256 + cents,
            )


def _changed(cents: int, change: int) -> int:
    # `change` is at most 32,768 either way: some 5 percent, and cents that are not round.
    return max(cents + cents * change // 655_360, 0)


def _adjustment(
    cell: Cell, week: Week, chances: bytes, opening: int, at: datetime
) -> tuple[int | None, tuple[datetime, str] | None]:
    # Byte 5 of a day is not used by updates: of the first day it says whether, of the next ones when and what.
    whether, hour, much = chances[5], chances[13], chances[21]
    moment = week.opens + timedelta(days=1 + hour % 5, seconds=hour * 300)
    if whether >= _ADJUSTED or moment > at:
        return None, None
    # A manager writes off now and then, so an adjustment can be below zero.
    amount = -opening // 10 - much if much < 16 else opening * (900 + much) // 1000 + much
    return amount, (moment, cell.manager)


def _pipeline(cell: Cell, opening: int, seen: datetime) -> int:
    # The CRM moves every day and says neither when nor who (F21).
    return opening * (2500 + cell.chance("pipeline", seen.date()) % 500) // 1000


def _closed(cell: Cell, opening: int, seen: datetime) -> int:
    # Nothing is closed before the quarter begins; then it grows by days, and never shrinks.
    days = min((seen - midnight(cell.period.first)).days, (cell.period.last - cell.period.first).days + 1)
    return opening * max(days, 0) * (600 + cell.chance("closed") % 700) // 91_000
