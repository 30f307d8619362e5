"""The detection put to the test: exports like the team's newest one, with swings of which it is known what they are.

Nothing is trusted that was never seen to find anything. What is planted lies in temporary tables, beside the team's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Protocol

from clari_readiness.model.anomalies import AnomalyKind, Detection
from clari_readiness.model.calendar import FiscalYear
from clari_readiness.warehouse import Export, PlantedExports, StandingAmounts

SUM = Decimal("1000000.00")
HAIR = Decimal("0.0001")
"""How much beside the threshold the planted swings are: with a fifth, 20.01 % and 19.99 %."""

_A_DAY = timedelta(days=1)
_LEVELS = ("rep", "total")


class Detects(Protocol):
    """What is put to the test."""

    def detect(self, newest: Sequence[Export], trusted: Collection[Export]) -> Detection:
        """Compare each of the newest exports with what was before it."""
        ...


@dataclass(frozen=True)
class SelfTest:
    """What came of it: the export whose keys were used, how much was tried, and what went wrong."""

    export: Export
    tried: tuple[str, ...]
    failures: tuple[str, ...]


@dataclass(frozen=True)
class _Planted:
    export: Export
    week: str
    amount: Decimal
    reconciled: bool = True


@dataclass(frozen=True)
class _Experiment:
    """Exports, the newest first, and what has to be found: `baseline` is the place of the export to compare with."""

    name: str
    planted: tuple[_Planted, ...]
    expected: AnomalyKind | None
    baseline: int = 1


def self_test(
    copied: PlantedExports,
    export: Export,
    detector: Callable[[StandingAmounts], Detects],
    *,
    threshold: Decimal,
    fiscal_year: FiscalYear,
    unchanged_for: timedelta,
) -> SelfTest:
    """Try the detection on exports like `export`, which was copied. Raises WarehouseError."""
    plans = _Plans(export, threshold, fiscal_year, unchanged_for)
    experiments = tuple(plans.all())
    failures = [said for each in experiments for said in _tried(each, copied, detector(copied.amounts))]
    return SelfTest(export, tuple(each.name for each in experiments), tuple(failures))


@dataclass(frozen=True)
class _Plans:
    export: Export
    threshold: Decimal
    fiscal_year: FiscalYear
    unchanged_for: timedelta

    def all(self) -> Iterator[_Experiment]:
        """Yield everything that is tried."""
        for name, before, after, expected in self._moves():
            yield _Experiment(name, (self._at(0, after), self._at(1, before)), expected)
        beyond = self._moved(1 + self.threshold + self._hair)
        unreconciled = self._at(1, beyond, reconciled=False)
        name = "a swing that an export which did not reconcile has too"
        yield _Experiment(name, (self._at(0, beyond), unreconciled, self._at(2, SUM)), AnomalyKind.SWING, baseline=2)
        yield self._at_the_turn(beyond)
        yield self._stands_still()

    def _moves(self) -> Iterator[tuple[str, Decimal, Decimal, AnomalyKind | None]]:
        exactly = self.threshold
        yield "nothing", SUM, SUM, None
        for sign, way in ((1, "up"), (-1, "down")):
            yield _named(exactly, way), SUM, self._moved(1 + sign * exactly), _beyond_zero(1 + sign * exactly)
            less, more = exactly - self._hair, exactly + self._hair
            yield _named(less, way), SUM, self._moved(1 + sign * less), None
            kind = _beyond_zero(1 + sign * more) or AnomalyKind.SWING
            yield _named(more, way), SUM, self._moved(1 + sign * more), kind
        yield "from zero", Decimal(0), SUM, AnomalyKind.FROM_ZERO
        yield "to zero", SUM, Decimal(0), AnomalyKind.TO_ZERO
        yield "another sign", SUM, -SUM, AnomalyKind.SIGN_CHANGE

    def _at_the_turn(self, beyond: Decimal) -> _Experiment:
        """Plan a quarter's first day: its last week before is as now, and the same week of then is not."""
        quarter = self.fiscal_year.quarter_of(self.export.exported_at.date())
        begins, before = self.fiscal_year.first_day(quarter), self.fiscal_year.first_day(quarter.minus(1))
        now = self._of(str(quarter), datetime.combine(begins, time(9), UTC), "now")
        then = self._of(str(quarter.minus(1)), datetime.combine(begins, time(3), UTC), "then")
        weeks = [f"TF:{day}" for day in (begins, before, begins - timedelta(days=7))]
        planted = (
            _Planted(now, weeks[0], beyond),
            _Planted(then, weeks[1], SUM),
            _Planted(then, weeks[2], beyond),
        )
        return _Experiment("a swing since the same week of the quarter before", planted, AnomalyKind.SWING)

    def _stands_still(self) -> _Experiment:
        """Plan a current quarter that is the same for longer than it may be."""
        days = self.unchanged_for // _A_DAY + 1
        planted = (self._at(0, SUM), self._at(1, SUM), self._at(days + 1, SUM))
        return _Experiment("nothing for too long", planted, AnomalyKind.UNCHANGED_TOO_LONG, baseline=2)

    def _at(self, days_ago: int, amount: Decimal, *, reconciled: bool = True) -> _Planted:
        quarter = self.fiscal_year.quarter_of(self.export.exported_at.date())
        at = self.export.exported_at - days_ago * _A_DAY
        week = f"TF:{self.fiscal_year.first_day(quarter)}"
        return _Planted(self._of(str(quarter), at, f"{days_ago} days ago"), week, amount, reconciled)

    def _of(self, period: str, at: datetime, job_id: str) -> Export:
        return Export(self.export.forecast_id, period, at, job_id)

    @property
    def _hair(self) -> Decimal:
        return min(HAIR, self.threshold / 2)

    def _moved(self, factor: Decimal) -> Decimal:
        return (SUM * factor).quantize(Decimal("0.01"))


def _named(part: Decimal, way: str) -> str:
    return f"{part * 100:.2f} % {way}"


def _beyond_zero(factor: Decimal) -> AnomalyKind | None:
    """Return what a factor of what was makes of it when it is not above zero any more."""
    return None if factor > 0 else AnomalyKind.SIGN_CHANGE if factor else AnomalyKind.TO_ZERO


def _tried(experiment: _Experiment, copied: PlantedExports, detector: Detects) -> Iterator[str]:
    """Yield what went wrong, in words."""
    copied.clear()
    for each in experiment.planted:
        copied.plant(each.export, each.week, each.amount)
    newest = experiment.planted[0].export
    trusted = [each.export for each in experiment.planted[1:] if each.reconciled]
    found = detector.detect([newest], trusted).anomalies
    if experiment.expected is None:
        if found:
            yield f"{experiment.name} was planted, and found as {found[0].kind.value} at {found[0].level} level"
        return
    baseline = experiment.planted[experiment.baseline].export
    levels = ("total",) if experiment.expected is AnomalyKind.UNCHANGED_TOO_LONG else _LEVELS
    right = {
        each.level
        for each in found
        if each.kind is experiment.expected
        and (each.baseline_period, each.baseline_at) == (baseline.time_period, baseline.exported_at)
    }
    for level in levels:
        if level not in right:
            yield f"{experiment.name} was planted, and not found at {level} level"
