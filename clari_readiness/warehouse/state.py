"""The suite's own records, in a DuckDB file of ours: what earlier runs found, never in the team's warehouse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from clari_readiness.errors import WarehouseError
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
from clari_readiness.warehouse.loading import in_utc, transaction
from clari_readiness.warehouse.opening import first_line, open_to_read, open_to_write, patiently
from clari_readiness.warehouse.statements import statement

_COUNTS = ("expected_rows", "found_rows", "missing", "too_many", "differing", "drifted")


class StateStore:
    """`state.duckdb`, opened for each question: a run of the gate and a nightly command may meet at it.

    Whoever has it open delays us by at most `patience` seconds of `clock`; what stops us is a WarehouseError.
    """

    def __init__(self, path: Path, clock: Clock, *, patience: float = 10.0) -> None:
        self._path = path
        self._clock = clock
        self._patience = patience

    def record(self, reconciliation: Reconciliation, at: datetime) -> None:
        """Add a row for each forecast, period and kind that was compared, or could not be, all or none."""
        rows = [
            *(_compared(each) for each in reconciliation.reconciled),
            *(_not_compared(each) for each in reconciliation.unreconciled),
        ]
        with self._writing() as connection, transaction(connection):
            for row in rows:
                connection.execute(statement("state/record_reconciliation"), {**row, "reconciled_at": in_utc(at)})

    def reconciliations(self, until: datetime) -> tuple[PastReconciliation, ...]:
        """Return the newest reconciliation of each forecast and period that looked, until a moment."""
        return tuple(
            PastReconciliation(at.replace(tzinfo=UTC), forecast, period, kind, Verdict(verdict))
            for at, forecast, period, kind, verdict in self._read("newest_reconciliations", until)
        )

    def periods_with_rows(self, until: datetime) -> tuple[PeriodSeen, ...]:
        """Return each forecast and period of which some run until a moment found rows in the warehouse."""
        return tuple(
            PeriodSeen(forecast, period, rows, seen.replace(tzinfo=UTC))
            for forecast, period, rows, seen in self._read("periods_with_rows", until)
        )

    def reconciled_exports(self, until: datetime) -> tuple[Export, ...]:
        """Return each export that was the same as Clari's when it was looked at last, until a moment."""
        return tuple(
            Export(forecast, period, exported_at.replace(tzinfo=UTC), job_id)
            for forecast, period, exported_at, job_id in self._read("reconciled_exports", until)
        )

    def record_detection(self, detection: Detection, at: datetime) -> None:
        """Add a row for each forecast and period that was looked at, with its anomalies, all or none."""
        with self._writing() as connection, transaction(connection):
            for each in detection.inspected:
                row = {**_inspected(each, detection), "detected_at": in_utc(at)}
                connection.execute(statement("state/record_detection"), row)

    def detections(self, until: datetime) -> tuple[PastDetection, ...]:
        """Return the newest detection of each forecast and period until a moment."""
        return tuple(
            PastDetection(at.replace(tzinfo=UTC), *row)
            for at, *row in self._read("newest_detections", until, since_later="detections")
        )

    def _read(self, name: str, until: datetime, *, since_later: str = "") -> list[tuple[Any, ...]]:
        """Return the rows of a statement. A file of ours may be older than the table `since_later`: it has none."""
        if not self._path.is_file():
            return []
        connection = patiently(lambda: open_to_read(self._path), self._clock, self._patience)
        try:
            if since_later and not _has(connection, since_later):
                return []
            return connection.execute(statement(f"state/{name}"), {"until": in_utc(until)}).fetchall()
        except duckdb.Error as error:
            raise WarehouseError(
                f"{self._path}: the suite's records cannot be read: {first_line(error)}",
                way_out="name another file with `state = ...`, or move this one away",
            ) from error
        finally:
            connection.close()

    @contextmanager
    def _writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        spill = self._path.with_name(f"{self._path.name}.spill")
        connection = patiently(
            lambda: open_to_write(self._path, memory_limit="128MB", spill=spill), self._clock, self._patience
        )
        try:
            connection.execute(statement("state/schema"))
            yield connection
        except duckdb.Error as error:
            raise WarehouseError(f"{self._path}: cannot be written: {first_line(error)}") from error
        finally:
            connection.close()


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


def _has(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    asked = {"table_name": table, "columns": ["forecast_id"]}
    return bool(connection.execute(statement("checks/has_table"), asked).fetchall()[0][0])


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
