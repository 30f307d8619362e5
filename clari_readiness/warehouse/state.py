"""What reconciliations found, and the search for anomalies after them, in the suite's own records."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from clari_readiness.model.anomalies import Detection, Inspected, PastDetection
from clari_readiness.model.reconciliation import (
    PastReconciliation,
    PeriodSeen,
    Reconciled,
    Reconciliation,
    Unreconciled,
    Verdict,
)
from clari_readiness.model.time import Clock
from clari_readiness.warehouse.comparing import Export
from clari_readiness.warehouse.loading import in_utc
from clari_readiness.warehouse.records import Records, aware
from clari_readiness.warehouse.statements import statement

_COUNTS = ("expected_rows", "found_rows", "missing", "too_many", "differing", "drifted")


class StateStore:
    """The reconciliations and detections of `state.duckdb`. Patience is in seconds; errors are those of `Records`."""

    def __init__(self, path: Path, clock: Clock, *, patience: float = 10.0) -> None:
        self._records = Records(path, clock, patience)

    def record(self, reconciliation: Reconciliation, at: datetime) -> None:
        """Add a row for each forecast, period and kind that was compared, or could not be, all or none."""
        rows = [
            *(_compared(each) for each in reconciliation.reconciled),
            *(_not_compared(each) for each in reconciliation.unreconciled),
        ]
        with self._records.writing() as connection:
            for row in rows:
                connection.execute(statement("state/record_reconciliation"), {**row, "reconciled_at": in_utc(at)})

    def reconciliations(self, until: datetime) -> tuple[PastReconciliation, ...]:
        """Return the newest reconciliation of each forecast and period that looked, until a moment."""
        return tuple(
            PastReconciliation(aware(at), forecast, period, kind, Verdict(verdict))
            for at, forecast, period, kind, verdict in self._until("newest_reconciliations", until)
        )

    def periods_with_rows(self, until: datetime) -> tuple[PeriodSeen, ...]:
        """Return each forecast and period of which some run until a moment found rows in the warehouse."""
        return tuple(
            PeriodSeen(forecast, period, rows, aware(seen))
            for forecast, period, rows, seen in self._until("periods_with_rows", until)
        )

    def reconciled_exports(self, until: datetime) -> tuple[Export, ...]:
        """Return each export that was the same as Clari's when it was looked at last, until a moment."""
        return tuple(
            Export(forecast, period, aware(exported_at), job_id)
            for forecast, period, exported_at, job_id in self._until("reconciled_exports", until)
        )

    def record_detection(self, detection: Detection, at: datetime) -> None:
        """Add a row for each forecast and period that was looked at, with its anomalies, all or none."""
        with self._records.writing() as connection:
            for each in detection.inspected:
                row = {**_inspected(each, detection), "detected_at": in_utc(at)}
                connection.execute(statement("state/record_detection"), row)

    def detections(self, until: datetime) -> tuple[PastDetection, ...]:
        """Return the newest detection of each forecast and period until a moment."""
        return tuple(PastDetection(aware(at), *row) for at, *row in self._until("newest_detections", until))

    def _until(self, name: str, until: datetime) -> list[tuple[Any, ...]]:
        return self._records.rows(name, {"until": in_utc(until)})


def _compared(each: Reconciled) -> dict[str, Any]:
    sums = {amounts.type: {"expected": str(amounts.expected), "found": str(amounts.found)} for amounts in each.amounts}
    return {
        **_named(each),
        "verdict": each.verdict.value,
        "exported_at": None if each.exported_at is None else in_utc(each.exported_at),
        "job_id": each.job_id,
        **{name: getattr(each, name) for name in _COUNTS},
        "vanished_rows": each.vanished.rows,
        "sums": json.dumps(sums),
    }


def _inspected(each: Inspected, detection: Detection) -> dict[str, Any]:
    named = [
        msgspec.to_builtins(anomaly)
        for anomaly in detection.anomalies
        if (anomaly.forecast_id, anomaly.time_period) == (each.forecast_id, each.time_period)
    ]
    return {
        "forecast_id": each.forecast_id,
        "time_period_id": each.time_period,
        "threshold": detection.threshold,
        "exported_at": in_utc(each.exported_at),
        "baseline_period_id": each.baseline_period or None,
        "baseline_at": None if each.baseline_at is None else in_utc(each.baseline_at),
        "reason": each.reason,
        "history_lost": each.history_lost,
        "found": each.found,
        "anomalies": json.dumps(named),
    }


def _not_compared(each: Unreconciled) -> dict[str, Any]:
    nothing = dict.fromkeys(("exported_at", "job_id", *_COUNTS, "vanished_rows", "sums"))
    return {**_named(each), "verdict": Verdict.NOT_LOOKED.value, **nothing}


def _named(each: Reconciled | Unreconciled) -> dict[str, Any]:
    return {
        "forecast_id": each.forecast_id,
        "time_period_id": each.time_period,
        "kind": each.kind,
        "reason": each.reason,
    }
