"""Anomalies: amounts that moved further than they should between two exports, and exports that do not move at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

Level = Literal["rep", "team", "total"]
"""`rep`: one person's own amount. `team`: the sum of a manager's people. `total`: of all who have nobody below."""


class AnomalyKind(StrEnum):
    """What is odd. All but `swing` and `unchanged_too_long` are found whatever the threshold is."""

    SWING = "swing"
    FROM_ZERO = "from_zero"
    TO_ZERO = "to_zero"
    SIGN_CHANGE = "sign_change"
    UNCHANGED_TOO_LONG = "unchanged_too_long"


@dataclass(frozen=True)
class Seen:
    """An amount as one export had it; None where there was none."""

    exported_at: datetime
    amount: Decimal | None


@dataclass(frozen=True)
class Crowd:
    """Who is in one of the two sums only (F17): how many, and what was theirs."""

    people: int = 0
    amount: Decimal = Decimal("0.00")


@dataclass(frozen=True)
class Anomaly:
    """One finding for people to review, with the amounts and the history behind it.

    `who` is a user's id, for a team its manager's, and empty for the total. `type` is as in typesToExport. The
    baseline is the export before that had been reconciled, at a quarter's turn the same week of `baseline_period`, the
    quarter before. `history` are up to ten amounts of reconciled exports, the oldest first, the current one last.
    `vanished` and `appeared` say how much of the change of a sum is not a change of anybody's amount.

    Of what is unchanged too long there is no amount: `baseline_at` is since when, `history` the exports.
    """

    kind: AnomalyKind
    level: Level
    who: str
    forecast_id: str
    time_period: str
    field_id: str
    currency: str
    type: str
    previous: Decimal | None
    current: Decimal | None
    baseline_period: str
    baseline_at: datetime
    exported_at: datetime
    history: tuple[Seen, ...] = ()
    vanished: Crowd = Crowd()
    appeared: Crowd = Crowd()

    @property
    def change(self) -> Decimal | None:
        """The change as a part of the amount before (0.25: a quarter more), to four decimals; None from zero."""
        if self.previous is None or self.current is None or not self.previous:
            return None
        return ((self.current - self.previous) / abs(self.previous)).quantize(Decimal("0.0001"))

    def __str__(self) -> str:
        """Say what happened to whose amount."""
        where = f"{self.forecast_id} {self.time_period}"
        if self.kind is AnomalyKind.UNCHANGED_TOO_LONG:
            return f"{where}: no amount has changed since {self.baseline_at:%Y-%m-%d %H:%M} UTC"
        whose = " ".join(part for part in (self.level, self.who, self.field_id, self.type, self.currency) if part)
        before = "" if self.baseline_period == self.time_period else f" in the same week of {self.baseline_period}"
        return f"{where} {whose}: {self._moved()}{before}{self._explained()}"

    def _moved(self) -> str:
        change = "" if self.change is None else f", {self.change * 100:+,.2f} %"
        return f"{self.kind.value.replace('_', ' ')}, {self.current:,} after {self.previous:,}{change}"

    def _explained(self) -> str:
        said = ((self.vanished, "vanished (F17)"), (self.appeared, "appeared"))
        return "".join(f"; {crowd.people} who {how} had {crowd.amount:,}" for crowd, how in said if crowd.people)


@dataclass(frozen=True)
class Inspected:
    """One forecast and period whose newest export was looked at.

    Without a baseline (`baseline_at` is None) `reason` says why there is none, and `history_lost` whether there was one
    that the table holds no longer. `found` is how many anomalies there are, named or not.
    """

    forecast_id: str
    time_period: str
    exported_at: datetime
    baseline_period: str = ""
    baseline_at: datetime | None = None
    found: int = 0
    reason: str = ""
    history_lost: bool = False


@dataclass(frozen=True)
class Detection:
    """What one run of the detection found: more than `threshold` (0.20: a fifth of what was) is a swing.

    Of each forecast, period and level at most 20 anomalies are named, the largest changes first.
    """

    threshold: Decimal
    inspected: tuple[Inspected, ...] = ()
    anomalies: tuple[Anomaly, ...] = ()

    @property
    def found(self) -> int:
        """How many anomalies there are, named or not."""
        return sum(each.found for each in self.inspected)


@dataclass(frozen=True)
class PastDetection:
    """A line that an earlier run left behind: `at` in UTC; `compared` is False when there was no baseline.

    `history_lost` is when an earlier export had reconciled, and the table did not hold it any more.
    """

    at: datetime
    forecast_id: str
    time_period: str
    threshold: Decimal
    compared: bool
    history_lost: bool = False
