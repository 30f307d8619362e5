"""What the newest export is compared with: the one before it that reconciled, or the same week of a quarter ago."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from clari_readiness.model.calendar import FiscalYear, Quarter
from clari_readiness.warehouse import Export, Standing, StandingAmounts

TURN = timedelta(days=7)
"""How long after a quarter's beginning the quarter before may speak for it, while nothing earlier of it reconciled."""

HALF_A_WEEK = timedelta(days=3)


@dataclass(frozen=True)
class Baseline:
    """What a newest export is compared with; None, and the reason, where there is nothing.

    `past` are the reconciled exports of the same period before it, the newest first.
    """

    standing: Standing | None
    past: tuple[Export, ...] = ()
    reason: str = ""
    history_lost: bool = False


@dataclass(frozen=True)
class Baselines:
    """Chooses among the exports that the table holds (`stored`, the newest first) those that are `trusted`."""

    amounts: StandingAmounts
    fiscal_year: FiscalYear
    stored: tuple[Export, ...]
    trusted: Collection[Export]

    def of(self, current: Export) -> Baseline:
        """Return the baseline of an export. Raises WarehouseError."""
        past = self._before(current, current.time_period, self.stored)
        if past:
            return Baseline(Standing(past[0]), past)
        if self._before(current, current.time_period, self.trusted):
            return Baseline(None, reason="the table does not hold what reconciled before any more", history_lost=True)
        return self._of_quarter_before(current)

    def _of_quarter_before(self, current: Export) -> Baseline:
        quarter = _quarter(current.time_period)
        if quarter is None or current.exported_at.date() - self.fiscal_year.first_day(quarter) >= TURN:
            return Baseline(None, reason="no export of it from before has reconciled")
        before = quarter.minus(1)
        shift = self.fiscal_year.first_day(quarter) - self.fiscal_year.first_day(before)
        week = max(self.amounts.weeks(current), default="")
        for export in self._before(current, str(before), self.stored):
            same = same_week(week, shift, self.amounts.weeks(export))
            if same:
                return Baseline(Standing(export, same))
        return Baseline(None, reason=f"it has just begun, and no week like it of {before} has reconciled")

    def _before(self, current: Export, period: str, among: Iterable[Export]) -> tuple[Export, ...]:
        """Return the reconciled exports of a period from before an export, in the order that they have."""
        return tuple(
            export
            for export in among
            if (export.forecast_id, export.time_period) == (current.forecast_id, period)
            and export.exported_at < current.exported_at
            and is_among(export, self.trusted)
        )


def is_among(export: Export, trusted: Iterable[Export]) -> bool:
    """Tell whether an export is one of those that reconciled. Where nobody names the job, the moment does."""
    return any(
        (export.forecast_id, export.time_period, export.exported_at)
        == (one.forecast_id, one.time_period, one.exported_at)
        and (export.job_id is None or one.job_id is None or export.job_id == one.job_id)
        for one in trusted
    )


def same_week(week: str, shift: timedelta, weeks: Sequence[str]) -> str:
    """Return which of `weeks` lies as far into its quarter, which began so much earlier; empty when none does.

    The ids name the day on which a week begins (F13: `TF:2026-07-08`).
    """
    begins = _day(week)
    if begins is None:
        return ""
    near = {each: abs(day + shift - begins) for each in weeks if (day := _day(each)) is not None}
    nearest = min(near, key=lambda each: (near[each], each), default="")
    return nearest if nearest and near[nearest] <= HALF_A_WEEK else ""


def _quarter(period: str) -> Quarter | None:
    try:
        return Quarter.parse(period)
    except ValueError:
        return None


def _day(week: str) -> date | None:
    try:
        return date.fromisoformat(week.rpartition(":")[2])
    except ValueError:
        return None
