"""Retention: which rows lie before the window of quarters that is kept, and taking them away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from clari_readiness.errors import WarehouseError
from clari_readiness.model.calendar import Window
from clari_readiness.warehouse.connection import Connection
from clari_readiness.warehouse.loading import transaction
from clari_readiness.warehouse.opening import first_line
from clari_readiness.warehouse.statements import render, statement

_OF_FORECASTS = {
    "forecast_entries": "time_period_id",
    "entry_changes": "time_period_id",
    "snapshots": "time_period_id",
    "time_frames": "time_period_id",
    "time_periods": "time_period_id",
    "users": "''",
    "fields": "''",
}
"""Table -> what its rows are counted by."""

# Actors go before the events that name them: which these are is not known afterwards.
_OF_AUDIT = {"audit_actors": "''", "audit_events": "day", "audit_days": "day"}

_LEDGER = "export_jobs"


@dataclass(frozen=True)
class RetiredRows:
    """The rows of one table that go: how many, and of which periods or days; users, fields and actors are of none."""

    table: str
    count: int
    of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Retired:
    """What a retention takes from the tables, and how many lines of the ledger forget where their file is."""

    tables: tuple[RetiredRows, ...] = ()
    files_forgotten: int = 0

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to take."""
        return not self.files_forgotten and not any(table.count for table in self.tables)


@dataclass(frozen=True)
class _Going:
    """What the statements are asked with: each table with what its rows are counted by, and their parameters."""

    tables: Mapping[str, str]
    params: Mapping[str, Any]


def would_retire(connection: Connection, window: Window) -> Retired:
    """Return what `retire` would take away. It only reads; what stops it is a WarehouseError."""
    try:
        return _counted(connection, _going(connection, window))
    except duckdb.Error as error:
        raise WarehouseError(f"what lies before {window.first} cannot be told: {first_line(error)}") from error


def retire(connection: Connection, window: Window) -> Retired:
    """Take away every row of a quarter before the window, in one transaction, and return what went.

    Users and fields go with the last row that refers to them, audit events with the day before the window (F29), and
    actors with the last event that names them. Opportunities stay as they were last seen. The ledger keeps its lines,
    since a job that it does not know could be taken for the one whose answer was lost (F12), and forgets where their
    files were. Periods that are not named like a quarter stay. What stops it is a WarehouseError, and nothing has
    changed.
    """
    with transaction(connection):
        going = _going(connection, window)
        retired = _counted(connection, going)
        for table in going.tables:
            _run(connection, render("retention/deleted", {"going": _rows_of(table)}), going)
        _run(connection, statement("retention/forget_files"), going)
    return retired


def _going(connection: Connection, window: Window) -> _Going:
    tables = _tables(connection)
    periods = connection.execute(statement("retention/periods"), {"first_kept": str(window.first)}).fetchall()
    return _Going(tables, {"periods": [period for (period,) in periods], "begins": window.begins})


def _tables(connection: Connection) -> Mapping[str, str]:
    """Return the tables that are there; those of audit events are made when events are exported, all at once."""
    there = {name for (name,) in connection.execute(statement("retention/tables")).fetchall()}
    missing = [table for table in (*_OF_FORECASTS, _LEDGER) if table not in there]
    if missing:
        raise WarehouseError(
            f"this is no warehouse of the reference exporter: it has no {', '.join(missing)}",
            way_out="name the one that it exports into in `warehouse.url`",
        )
    return _OF_FORECASTS | _OF_AUDIT if there.issuperset(_OF_AUDIT) else _OF_FORECASTS


def _counted(connection: Connection, going: _Going) -> Retired:
    rows = tuple(_count(connection, table, part, going) for table, part in going.tables.items())
    return Retired(rows, _count(connection, "landed_files", "''", going).count)


def _count(connection: Connection, name: str, part: str, going: _Going) -> RetiredRows:
    counts = _run(connection, render("retention/counted", {"part": part, "going": _rows_of(name)}), going)
    return RetiredRows(name, sum(rows for _, rows in counts), tuple(of for of, _ in counts if of))


def _rows_of(name: str) -> str:
    return statement(f"retention/{name}")


def _run(connection: Connection, sql: str, going: _Going) -> list[tuple[Any, ...]]:
    """Run a statement with those of the parameters that it has: DuckDB refuses any other."""
    own = {name: value for name, value in going.params.items() if f"${name}" in sql}
    return connection.execute(sql, own).fetchall()
