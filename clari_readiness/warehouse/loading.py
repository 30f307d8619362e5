"""Loading: what lies staged into the star, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import duckdb

from clari_readiness.errors import WarehouseError
from clari_readiness.model.exports import Loaded, Snapshot
from clari_readiness.warehouse.opening import first_line
from clari_readiness.warehouse.staging import StagedEntries
from clari_readiness.warehouse.statements import statement


def load(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, staged: StagedEntries) -> Loaded:
    """Add the staged entries as rows of the snapshot, with the users, fields, periods and weeks they refer to.

    All of it or nothing: an error leaves the tables as they were and is a WarehouseError. The same job again inserts
    nothing.
    """
    of_job = {"exported_at": in_utc(snapshot.exported_at), "job_id": snapshot.job_id}
    with transaction(connection):
        before = _count(connection, of_job)
        for name, params in _statements(snapshot, staged):
            connection.execute(statement(name), params)
        inserted = _count(connection, of_job) - before
    return Loaded(inserted=inserted, unchanged=staged.entries - inserted, rounded=staged.rounded)


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit at the end, roll back on whatever happens before it. DuckDB's own errors become WarehouseError."""
    connection.execute("BEGIN TRANSACTION")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException as error:
        _roll_back(connection)
        if isinstance(error, duckdb.Error):
            raise WarehouseError(f"the warehouse refused the change: {first_line(error)}") from error
        raise


def in_utc(at: datetime) -> datetime:
    """Return a time as the warehouse keeps it: in UTC, without a zone."""
    return at.astimezone(UTC).replace(tzinfo=None)


def _statements(snapshot: Snapshot, staged: StagedEntries) -> Iterator[tuple[str, dict[str, Any]]]:
    request, lists = snapshot.request, staged.document.lists
    exported_at = {"exported_at": in_utc(snapshot.exported_at)}
    period = {"time_period_id": request.time_period}
    time_frames = {"time_frames": str(lists["timeFrames"])}
    of_job = {**exported_at, "job_id": snapshot.job_id, "forecast_id": request.forecast_id}
    asked = {
        "scope_id": request.scope_id or "",
        "currency": request.currency or "",
        "types": sorted(request.types),
        "include_historical": request.include_historical,
    }
    yield "load_users", {**exported_at, "users": str(lists["users"])}
    yield "load_fields", {**exported_at, "fields": str(lists["fields"])}
    yield "load_time_periods", {**exported_at, "time_periods": str(lists["timePeriods"])}
    yield "load_time_frames", {**exported_at, **period, **time_frames}
    yield "load_entries", of_job
    yield "load_snapshots", {**of_job, **period, **time_frames, **asked}


def _count(connection: duckdb.DuckDBPyConnection, of_job: dict[str, Any]) -> int:
    return int(connection.execute(statement("rows_of_job"), of_job).fetchall()[0][0])


def _roll_back(connection: duckdb.DuckDBPyConnection) -> None:
    try:
        connection.execute("ROLLBACK")
    except duckdb.Error:  # the transaction is gone already: there is nothing left to undo
        return
