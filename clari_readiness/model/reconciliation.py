"""Clari against the warehouse: what was compared, what differs, and what a run leaves behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

Kind = Literal["exact", "now"]
"""`exact`: the results of the job that was loaded, downloaded again. `now`: the synchronous forecast (F21)."""

OffenceKind = Literal["missing", "too many", "twice", "differs", "differs now"]


class Verdict(StrEnum):
    """What came of comparing one forecast and period."""

    SAME = "same"
    DIFFERENT = "different"
    NOT_LOOKED = "could not look"


@dataclass(frozen=True)
class Offence:
    """One key that is wrong: only Clari has it, only the warehouse has it or twice, or an amount of it differs.

    `type`, `expected` (Clari's amount) and `found` (the warehouse's) are those of an amount that differs. One that
    `differs now` is not wrong for certain: nobody can say whether it was changed since the export.
    """

    kind: OffenceKind
    time_frame_id: str
    user_id: str
    field_id: str
    currency: str
    type: str = ""
    expected: Decimal | None = None
    found: Decimal | None = None

    def __str__(self) -> str:
        key = " ".join(part for part in (self.time_frame_id, self.user_id, self.field_id, self.currency) if part)
        amounts = f", {self.type}: {_shown(self.expected)} at Clari, {_shown(self.found)} here" if self.type else ""
        return f"{self.kind}: {key}{amounts}"


@dataclass(frozen=True)
class Amounts:
    """One type of amount: both sums, to the cent, and how many pairs of rows differ in it, as an error or as drift.

    `undated` counts the drift of which nobody can say that it came after the export.
    """

    type: str
    expected: Decimal
    found: Decimal
    differing: int = 0
    drifted: int = 0
    undated: int = 0


@dataclass(frozen=True)
class Vanished:
    """People of whom Clari says nothing any more (F17), and how many rows the warehouse rightly keeps of them."""

    people: int = 0
    rows: int = 0
    user_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class RollUps:
    """Of the managers' forecasts in one week: how many there are, and how many are not the sum of their reports'."""

    week: str = ""
    managers: int = 0
    apart: int = 0


@dataclass(frozen=True)
class Reconciled:
    """One forecast and period, compared. `reason` says why it is `now` and not `exact`.

    `exported_at` is None when the warehouse has no export of it. Rows: `expected_rows` of Clari and `found_rows` of
    the warehouse, `missing` and `too_many` (twice included, vanished people not). `not_compared` are the types that the
    team's table has no column for, `rows_beyond` the export's rows of weeks that Clari does not answer now. `offences`
    name at most 20 keys of each kind, and `drifts` 20 of the undated amounts that differ.
    """

    forecast_id: str
    time_period: str
    kind: Kind
    exported_at: datetime | None
    job_id: str | None
    expected_rows: int
    found_rows: int
    missing: int
    too_many: int
    amounts: tuple[Amounts, ...]
    not_compared: tuple[str, ...] = ()
    vanished: Vanished = Vanished()
    roll_ups: RollUps = RollUps()
    offences: tuple[Offence, ...] = ()
    reason: str = ""
    rows_beyond: int = 0
    drifts: tuple[Offence, ...] = ()

    @property
    def differing(self) -> int:
        """How many amounts differ and ought not to."""
        return sum(amounts.differing for amounts in self.amounts)

    @property
    def drifted(self) -> int:
        """How many amounts differ, and may do so because Clari has gone on since."""
        return sum(amounts.drifted for amounts in self.amounts)

    @property
    def undated(self) -> int:
        """How many of them nobody can date: they may have been wrong from the beginning."""
        return sum(amounts.undated for amounts in self.amounts)

    @property
    def verdict(self) -> Verdict:
        """Whether the two sides are the same; drift and vanished people are no difference."""
        return Verdict.DIFFERENT if self.missing or self.too_many or self.differing else Verdict.SAME

    def __str__(self) -> str:
        """Say what was compared, and what differs."""
        wrong = ((self.missing, "missing"), (self.too_many, "too many"), (self.differing, "amounts that differ"))
        told = ", ".join(f"{count} {what}" for count, what in wrong if count) or "no difference"
        rows = f"{self.found_rows} rows of {self.expected_rows} expected"
        return f"{self.forecast_id} {self.time_period} ({self.kind}): {rows}, {told}"


@dataclass(frozen=True)
class Unreconciled:
    """One forecast and period that nobody could compare, and why; `kind` is what it was to be."""

    forecast_id: str
    time_period: str
    kind: Kind
    reason: str
    way_out: str = ""

    def __str__(self) -> str:
        return f"{self.forecast_id} {self.time_period}: {self.reason}"


@dataclass(frozen=True)
class Reconciliation:
    """Everything that one run compared, and what it could not."""

    reconciled: tuple[Reconciled, ...] = ()
    unreconciled: tuple[Unreconciled, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """One difference makes all of it different; looking at nothing is no success."""
        if any(each.verdict is Verdict.DIFFERENT for each in self.reconciled):
            return Verdict.DIFFERENT
        return Verdict.NOT_LOOKED if self.unreconciled or not self.reconciled else Verdict.SAME


@dataclass(frozen=True)
class Total:
    """What the newest export of a forecast and period adds up to in one field and currency, as of its latest week.

    Whoever has people below is left out, since theirs is in it already. An amount that nobody has is None.
    """

    forecast_id: str
    time_period: str
    field_id: str
    currency: str
    forecast: Decimal | None
    closed: Decimal | None
    quota: Decimal | None


@dataclass(frozen=True)
class PastReconciliation:
    """A line that an earlier run left behind: `at` in UTC."""

    at: datetime
    forecast_id: str
    time_period: str
    kind: Kind
    verdict: Verdict


@dataclass(frozen=True)
class PeriodSeen:
    """A forecast and period of which an earlier run found rows: the most of them, and when any the last time (UTC)."""

    forecast_id: str
    time_period: str
    rows: int
    last_seen: datetime


def _shown(amount: Decimal | None) -> str:
    return "nothing" if amount is None else f"{amount:,}"
