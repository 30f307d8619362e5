"""Loading: what lies staged into the star, and what that changed, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from clari_readiness.errors import WarehouseError
from clari_readiness.model.exports import Loaded, Snapshot
from clari_readiness.warehouse.changes import changes_of, compare
from clari_readiness.warehouse.connection import Connection
from clari_readiness.warehouse.opening import first_line
from clari_readiness.warehouse.staging import LISTED, StagedEntries, stage_lists
from clari_readiness.warehouse.statements import render, statement


def load(
    connection: Connection, snapshot: Snapshot, staged: StagedEntries, take: Callable[[], None] | None = None
) -> Loaded:
    """Add the staged entries as rows of the snapshot, with the users, fields, periods and weeks they refer to.

    The snapshot is compared with the one before it, and the one after it, if it comes late, with it. All of it or
    nothing: an error leaves the tables as they were and is a WarehouseError. The same job again changes nothing.
    `take` brings to the connection what `finish_staging` left elsewhere, before the transaction: there are engines in
    which a temporary table that is made would commit it.
    """
    lists = _Lists(connection, staged.lists if take is None else None)
    if take is not None:
        with refusals_told():
            take()
    with transaction(connection):
        if take is None:
            _name_currency(connection, snapshot)
        for table, params in _listed(snapshot):
            lists.load(f"load_{table}", table, params)
        inserted = _load_entries(connection, snapshot)
        covered = lists.load("load_snapshots", "time_frames", _coverage(snapshot))
        if inserted or covered:
            compare(connection, _of_job(snapshot), snapshot.request.time_period)
        changes = changes_of(connection, in_utc(snapshot.exported_at), snapshot.job_id)
    return Loaded(inserted, staged.entries - inserted, staged.rounded, changes)


def finish_staging(here: duckdb.DuckDBPyConnection, snapshot: Snapshot, staged: StagedEntries) -> None:
    """Make what is staged in a DuckDB of our own ready to be taken elsewhere, lists included. Raises `duckdb.Error`."""
    _name_currency(here, snapshot)
    stage_lists(here, staged)


@contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """Commit at the end, roll back on whatever happens before it. DuckDB's own errors become WarehouseError."""
    with refusals_told(), all_or_nothing(connection):
        yield


@contextmanager
def refusals_told() -> Iterator[None]:
    """Turn DuckDB's own errors into a WarehouseError."""
    try:
        yield
    except duckdb.Error as error:
        raise WarehouseError(f"the warehouse refused the change: {first_line(error)}") from error


@contextmanager
def all_or_nothing(connection: Connection) -> Iterator[None]:
    """Commit at the end, roll back on whatever happens before it, and raise it as it is."""
    connection.execute("BEGIN TRANSACTION")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        roll_back(connection)
        raise


def roll_back(connection: Connection) -> None:
    """Undo the transaction, if there still is one."""
    try:
        connection.execute("ROLLBACK")
    except (duckdb.Error, WarehouseError):  # the transaction is gone already: there is nothing left to undo
        return


def in_utc(at: datetime) -> datetime:
    """Return a time as the warehouse keeps it: in UTC, without a zone."""
    return at.astimezone(UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class _Lists:
    """A document's other lists: in its files, or, where those cannot be read, in the tables they were staged in."""

    connection: Connection
    files: Mapping[str, Path] | None

    def load(self, name: str, table: str, params: Mapping[str, Any]) -> int:
        """Run a statement that reads the list which `table` keeps, and return how many rows it changed."""
        if self.files is None:
            return _changed(self.connection, render(name, {"listed": f"staged_{table}"}), params)
        sql = render(name, {"listed": f"({statement(f'listed_{table}')})"})
        return _changed(self.connection, sql, {**params, "listed": str(self.files[LISTED[table]])})


def _listed(snapshot: Snapshot) -> Iterator[tuple[str, dict[str, Any]]]:
    exported_at = {"exported_at": in_utc(snapshot.exported_at)}
    yield "users", exported_at
    yield "fields", exported_at
    yield "time_periods", exported_at
    yield "time_frames", {**exported_at, "time_period_id": snapshot.request.time_period}


def _name_currency(connection: Connection, snapshot: Snapshot) -> None:
    if snapshot.request.currency:
        connection.execute(statement("name_currency"), {"currency": snapshot.request.currency})


def _load_entries(connection: Connection, snapshot: Snapshot) -> int:
    """Return how many rows were added, or taken from a job that ended in the same millisecond.

    Where there is no row of that moment yet, which is the rule, there is none to be merged with.
    """
    of_job = _of_job(snapshot)
    rows, of_this = connection.execute(statement("rows_of_moment"), of_job).fetchall()[0]
    if not rows:
        return _changed(connection, statement("load_entries"), of_job)
    _changed(connection, statement("merge_entries"), of_job)
    return int(connection.execute(statement("rows_of_moment"), of_job).fetchall()[0][1]) - int(of_this)


def _changed(connection: Connection, sql: str, params: Mapping[str, Any]) -> int:
    return int(connection.execute(sql, params).fetchall()[0][0])


def _of_job(snapshot: Snapshot) -> dict[str, Any]:
    at = in_utc(snapshot.exported_at)
    return {"exported_at": at, "job_id": snapshot.job_id, "forecast_id": snapshot.request.forecast_id}


def _coverage(snapshot: Snapshot) -> dict[str, Any]:
    request = snapshot.request
    return {
        **_of_job(snapshot),
        "time_period_id": request.time_period,
        "scope_id": request.scope_id or "",
        "currency": request.currency or "",
        "types": sorted(set(request.types)),
        "include_historical": request.include_historical,
    }
