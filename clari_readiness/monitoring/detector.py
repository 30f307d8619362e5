"""The detection: each newest export against its baseline, and what was too long the same."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from clari_readiness.environments import Environment
from clari_readiness.model.anomalies import Anomaly, AnomalyKind, Crowd, Detection, Inspected, Seen
from clari_readiness.model.calendar import FiscalYear, Quarter
from clari_readiness.model.exports import EXPORT_TYPES
from clari_readiness.model.reconciliation import Reconciliation
from clari_readiness.monitoring.baselines import Baseline, Baselines, is_among
from clari_readiness.monitoring.reconciled import different_of, newest_of, reconciled_of
from clari_readiness.warehouse import Export, Standing, StandingAmounts

HISTORY = 10
"""How many amounts are told of each anomaly at most, the current one with them."""

_KEY = ("level", "who", "field_id", "currency", "type")

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Detector:
    """Everything that a detection takes.

    More than `threshold` (0.20: a fifth of what was) is a swing. `unchanged_for` is how long the current quarter may
    stand still. Amounts of `types` can swing; all stand still.
    """

    amounts: StandingAmounts
    threshold: Decimal
    fiscal_year: FiscalYear
    unchanged_for: timedelta
    types: Sequence[str] = EXPORT_TYPES

    def after(self, found: Reconciliation, earlier: Collection[Export]) -> Detection:
        """Look at the exports that were reconciled just now; `earlier` are those that had reconciled before.

        Raises WarehouseError.
        """
        still = [export for export in earlier if not is_among(export, different_of(found))]
        return self.detect(newest_of(found), (*reconciled_of(found), *still))

    def detect(self, newest: Sequence[Export], trusted: Collection[Export]) -> Detection:
        """Compare each of the newest exports with what was before it.

        Only `trusted` exports, which reconciled, are compared with. Raises WarehouseError.
        """
        forecasts = sorted({export.forecast_id for export in newest})
        periods = sorted({each for export in newest for each in _with_quarter_before(export.time_period)})
        stored = self.amounts.exports(forecasts, periods) if newest else ()
        baselines = Baselines(self.amounts, self.fiscal_year, stored, trusted)
        inspected, anomalies = [], list[Anomaly]()
        for export in newest:
            baseline = baselines.of(export)
            found, count = self._found(export, baseline)
            inspected.append(_inspected(export, baseline, count))
            anomalies += found
        return Detection(self.threshold, tuple(inspected), tuple(anomalies))

    def _found(self, export: Export, baseline: Baseline) -> tuple[list[Anomaly], int]:
        """Return the anomalies of an export that are named, and how many there are."""
        swings = list(self._swings(export, baseline)) if baseline.standing else []
        unchanged = list(self._unchanged(export, baseline.past))
        of_level = {row["level"]: row["of_level"] for row, _ in swings}
        return [*(each for _, each in swings), *unchanged], sum(of_level.values()) + len(unchanged)

    def _swings(self, export: Export, baseline: Baseline) -> Iterator[tuple[Row, Anomaly]]:
        if baseline.standing is None:
            return
        rows = self.amounts.swings(Standing(export), baseline.standing, self.threshold, self.types)
        if not rows:
            return
        earlier = baseline.past[: HISTORY - 1][::-1]
        past = [*(map(Standing, earlier) if earlier else [baseline.standing]), Standing(export)]
        history = _by_key(past, self.amounts.history(past, rows))
        for row in rows:
            anomaly = _anomaly(export, baseline.standing.export, row)
            yield row, replace(anomaly, history=history.get(_key(row), ()))

    def _unchanged(self, export: Export, past: Sequence[Export]) -> Iterator[Anomaly]:
        """Yield one anomaly when the current quarter has stood still for too long: past quarters may."""
        if export.time_period != str(self.fiscal_year.quarter_of(export.exported_at.date())):
            return
        since = next((at for at, each in enumerate(past) if self._is_too_old(each, export)), None)
        if since is None or not self._are_the_same([export, past[since]]):
            return
        between = [export, *past[: since + 1]]
        if self._are_the_same(between):
            yield _stands_still(between)

    def _is_too_old(self, past: Export, export: Export) -> bool:
        return export.exported_at - past.exported_at > self.unchanged_for

    def _are_the_same(self, exports: Sequence[Export]) -> bool:
        contents = set(self.amounts.contents(exports))
        return len(contents) == 1 and "" not in contents


def detector_of(environment: Environment, amounts: StandingAmounts) -> Detector:
    """Return the detector that an environment's settings want."""
    return Detector(
        amounts,
        threshold_of(environment),
        environment.fiscal_year,
        timedelta(seconds=environment.unchanged_for),
        environment.anomaly_types,
    )


def threshold_of(environment: Environment) -> Decimal:
    """Return the threshold as it is written in the settings: 0.2 is a fifth, and not the binary number next to it.

    It has eight decimals at most, which are cents of a million.
    """
    return round(Decimal(str(environment.anomaly_threshold)), 8).normalize()


def _with_quarter_before(period: str) -> tuple[str, ...]:
    try:
        return period, str(Quarter.parse(period).minus(1))
    except ValueError:
        return (period,)


def _inspected(export: Export, baseline: Baseline, found: int) -> Inspected:
    before = baseline.standing.export if baseline.standing else None
    return Inspected(
        export.forecast_id,
        export.time_period,
        export.exported_at,
        "" if before is None else before.time_period,
        None if before is None else before.exported_at,
        found,
        baseline.reason,
        baseline.history_lost,
    )


def _anomaly(export: Export, before: Export, row: Row) -> Anomaly:
    return Anomaly(
        AnomalyKind(row["kind"]),
        row["level"],
        row["who"],
        export.forecast_id,
        export.time_period,
        row["field_id"],
        row["currency"],
        row["type"],
        row["previous"],
        row["current"],
        before.time_period,
        before.exported_at,
        export.exported_at,
        vanished=Crowd(row["vanished_people"], row["vanished_amount"]),
        appeared=Crowd(row["appeared_people"], row["appeared_amount"]),
    )


def _stands_still(exports: Sequence[Export]) -> Anomaly:
    newest, oldest = exports[0], exports[-1]
    return Anomaly(
        AnomalyKind.UNCHANGED_TOO_LONG,
        "total",
        "",
        newest.forecast_id,
        newest.time_period,
        field_id="",
        currency="",
        type="",
        previous=None,
        current=None,
        baseline_period=oldest.time_period,
        baseline_at=oldest.exported_at,
        exported_at=newest.exported_at,
        history=tuple(Seen(each.exported_at, None) for each in reversed(exports[:HISTORY])),
    )


def _by_key(past: Sequence[Standing], rows: Sequence[Row]) -> dict[tuple[str, ...], tuple[Seen, ...]]:
    """Return the amounts of each key, in the order of the exports."""
    seen: dict[tuple[str, ...], list[Seen]] = {}
    for row in sorted(rows, key=lambda row: int(row["side"])):
        at = past[row["side"]].export.exported_at
        seen.setdefault(_key(row), []).append(Seen(at, row["amount"]))
    return {key: tuple(amounts) for key, amounts in seen.items()}


def _key(row: Row) -> tuple[str, ...]:
    return tuple(row[name] for name in _KEY)
