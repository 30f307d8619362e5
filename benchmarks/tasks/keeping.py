"""A warehouse that has kept many snapshots."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.documents import FIELDS, FORECAST, PERIOD, WEEKS
from benchmarks.tasks.exporting import LATEST
from benchmarks.tasks.timing import Watch
from clari_readiness.model.time import SystemClock
from clari_readiness.warehouse import DuckDBWarehouse

_SNAPSHOT = """
INSERT INTO forecast_entries BY NAME
SELECT
    $forecast AS forecast_id,
    $period AS time_period_id,
    'TF:' || (DATE '2026-08-05' + CAST(7 * (n % $weeks) AS INTEGER)) AS time_frame_id,
    (1000000 + n // ($weeks * $fields)) || ':ACME_ROLE' AS user_id,
    'fc_field_' || lpad(CAST(n // $weeks % $fields AS VARCHAR), 2, '0') AS field_id,
    'USD' AS currency,
    $at AS exported_at,
    $job AS job_id,
    CAST(hash(n, $job) % 10000000000 AS DECIMAL(15, 0)) / 100 AS forecast_amount,
    CAST(hash(n, 'quota') % 10000000000 AS DECIMAL(15, 0)) / 100 AS quota_amount,
    CAST(hash(n, 'adjustment') % 10000000000 AS DECIMAL(15, 0)) / 100 AS adjustment_amount,
    CAST(hash(n, 'total') % 10000000000 AS DECIMAL(15, 0)) / 100 AS crm_total,
    CAST(hash(n, 'closed') % 10000000000 AS DECIMAL(15, 0)) / 100 AS crm_closed,
    true AS is_updated,
    $at AS updated_at
FROM range($entries) AS numbers (n)
"""
_COVERED = """
INSERT INTO snapshots BY NAME
SELECT
    $job AS job_id,
    $forecast AS forecast_id,
    $period AS time_period_id,
    'TF:' || (DATE '2026-08-05' + CAST(7 * n AS INTEGER)) AS time_frame_id,
    '' AS scope_id,
    '' AS currency,
    ['adjustment', 'crm_closed', 'crm_total', 'forecast', 'quota'] AS types,
    $at AS exported_at,
    $entries // $weeks AS entries
FROM range($weeks) AS numbers (n)
"""
_READ = """
SELECT
    count(*), sum(forecast_amount), sum(quota_amount), sum(adjustment_amount), sum(crm_total), sum(crm_closed),
    max(user_id), max(field_id), max(time_frame_id), max(currency), max(updated_at)
FROM {relation}
WHERE forecast_id = $forecast
"""


def fill(warehouse: str, entries: int, snapshots: int, before: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002
    """Add daily snapshots of so many entries, the last of them of the latest day, or all of them before it."""
    DuckDBWarehouse(Path(warehouse), SystemClock()).ledger()  # makes the tables
    with duckdb.connect(warehouse) as connection:
        connection.execute("SET preserve_insertion_order = false")
        for day in range(snapshots, 0, -1):
            at = (LATEST - timedelta(days=day if before else day - 1)).replace(tzinfo=None)
            own = {"forecast": FORECAST, "period": PERIOD, "at": at, "job": f"filled-{at:%Y-%m-%d}"}
            sizes = {"entries": entries, "weeks": WEEKS}
            connection.execute(_SNAPSHOT, {**own, **sizes, "fields": FIELDS})
            connection.execute(_COVERED, {**own, **sizes})
    return {"bytes": Path(warehouse).stat().st_size}


def current(warehouse: str) -> dict[str, Any]:
    """Read what `current_entries` holds of the forecast, every amount and key of it."""
    return _read(warehouse, "current_entries")


def scan(warehouse: str) -> dict[str, Any]:
    """Read the same of the newest snapshot, straight from the table."""
    latest = LATEST.replace(tzinfo=None)
    return _read(warehouse, f"(SELECT * FROM forecast_entries WHERE exported_at = TIMESTAMP '{latest}')")  # noqa: S608


def _read(warehouse: str, relation: str) -> dict[str, Any]:
    with duckdb.connect(warehouse, read_only=True) as connection:
        watch = Watch()
        found = connection.execute(_READ.format(relation=relation), {"forecast": FORECAST}).fetchall()[0]
        return {**watch.told(), "rows": found[0], "told": [str(value) for value in found]}
