"""What a warehouse holds, and what it ought to hold, told by others than those who fill it."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from clari_readiness.client import connect_to
from clari_readiness.environments import load
from clari_readiness.exporter import exporter_of
from clari_readiness.simulator import Simulator
from clari_readiness.validation import Contracts
from clari_readiness.warehouse import DuckDBWarehouse, JobState, LedgerEntry
from tests.end_to_end.place import Place

Row = tuple[str | Decimal | None, ...]

ENTRIES = """
SELECT job_id, time_period_id, time_frame_id, user_id, field_id, currency, forecast_amount, quota_amount, crm_closed
FROM forecast_entries
"""


def contents(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, the ledger's alone left out."""
    with duckdb.connect(path, read_only=True) as connection:
        found = connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal").fetchall()
        names = {name for (name,) in found} - {"export_jobs"}
        assert {"forecast_entries", "snapshots", "users", "fields", "time_periods", "time_frames"} <= names
        return {name: connection.table(name).order("ALL").fetchall() for name in sorted(names)}


def ledger(place: Place) -> list[LedgerEntry]:
    with DuckDBWarehouse.at(f"duckdb:///{place.warehouse}", place.directory, _clock(place)) as warehouse:
        return warehouse.ledger()


def reopen_ledger(place: Place) -> None:
    """Leave the ledger as a run leaves it that is killed between loading and noting that it has loaded."""
    with duckdb.connect(place.warehouse) as connection:
        connection.execute("UPDATE export_jobs SET state = 'finished', loaded_at = NULL")


def loaded(path: Path) -> dict[str, list[Row]]:
    """The rows of each job."""
    rows = defaultdict(list)
    with duckdb.connect(path, read_only=True) as connection:
        for job_id, *row in connection.execute(ENTRIES).fetchall():
            rows[job_id].append(tuple(row))
    return {job_id: sorted(those, key=repr) for job_id, those in rows.items()}


def truth(place: Place, simulator: Simulator) -> dict[str, list[Row]]:
    """The rows that each job of the simulator ought to become, by the simulator's own word."""
    jobs = json.loads((place.state / "simulator.json").read_text())["jobs"]
    return {job["job_id"]: _true_rows(simulator, job) for job in jobs}


def exact(place: Place, simulator: Simulator) -> set[str]:
    """Assert that of each job either nothing is there or exactly what is true; return the jobs that are there."""
    there, true = loaded(place.warehouse), truth(place, simulator)
    for job_id, rows in there.items():
        assert rows == true[job_id], f"job {job_id} has {len(rows)} rows of {len(true[job_id])}, or other amounts"
    return set(there)


def uninterrupted(place: Place, directory: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What a single run that nothing disturbs makes of the very same jobs, in a warehouse of its own."""
    directory.mkdir()
    environment, clock = load(place.settings, environ={}).get("simulated"), _clock(place)
    path, jobs = directory / "warehouse.duckdb", ledger(place)
    with connect_to(environment, clock=clock) as client, DuckDBWarehouse(path, clock) as warehouse:
        exporter = exporter_of(
            environment, client=client, contracts=Contracts(), clock=clock, directory=directory, warehouse=warehouse
        )
        for job in jobs:
            queued = LedgerEntry(job.request_id, job.request, job.requested_at, JobState.QUEUED, job.job_id)
            warehouse.record(queued)
            exported = exporter.export(job.request)
            assert exported.job.job_id == job.job_id, "another job was asked for"
    return contents(path)


def _clock(place: Place) -> Any:
    return load(place.settings, environ={}).get("simulated").clock()


def _true_rows(simulator: Simulator, job: dict[str, Any]) -> list[Row]:
    asked = job["request"]
    began = datetime.fromisoformat(job["created"]) + timedelta(seconds=simulator.organisation.job_seconds[0])
    document = simulator.truth(
        asked["forecastId"],
        asked["timePeriod"],
        began,
        types=asked["typesToExport"],
        historical=asked["includeHistorical"],
    )
    return sorted((row(entry) for entry in document["entries"]), key=repr)


def row(entry: dict[str, Any]) -> Row:
    """What an entry ought to be in the warehouse, in the order of what `loaded` returns."""
    amounts = [entry.get(name) for name in ("forecastValue", "quotaValue", "crmClosed")]
    return (
        entry["timePeriodId"],
        entry["timeFrameId"],
        entry["userId"],
        entry["fieldId"],
        entry["currency"]["code"],
        *(None if amount is None else Decimal(amount).quantize(Decimal("0.01")) for amount in amounts),
    )
