"""A warehouse for laws: one connection, emptied between examples, loaded from documents or from rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import duckdb

from clari_readiness.model.exports import AMOUNTS, Changes, ExportRequest, Loaded, Snapshot
from clari_readiness.warehouse.changes import changes_of, compare
from clari_readiness.warehouse.loading import in_utc, load, transaction
from clari_readiness.warehouse.second_look import Judge
from clari_readiness.warehouse.staging import StagedEntries, Staging
from clari_readiness.warehouse.statements import statement
from tests.warehouse.documents import STAR, land
from tests.warehouse.parsed import Parsed

TABLES = (*STAR, "entry_changes")
_PUT = ("forecast_entries", "snapshots", "entry_changes")
BEGUN = datetime(2026, 9, 1, 6, tzinfo=UTC)
PERIOD = "2027_Q3"

Key = tuple[str, str, str]
"""Week, user and field."""

Amounts = Mapping[str, Decimal | None]
"""Type -> amount."""


@dataclass(frozen=True)
class Rows:
    """A snapshot as rows: `moment` orders it, `number` names its job, and `entries` hold the types asked for."""

    number: int
    moment: int
    types: tuple[str, ...]
    entries: Mapping[Key, Amounts]
    weeks: tuple[str, ...]
    scope: str = ""
    currency: str = ""
    period: str = PERIOD

    @property
    def job_id(self) -> str:
        return f"job-{self.number:03}"

    @property
    def snapshot(self) -> Snapshot:
        request = ExportRequest(
            "net_bookings", self.period, self.types, scope_id=self.scope or None, currency=self.currency or None
        )
        return Snapshot(self.job_id, request, BEGUN + timedelta(days=self.moment))


@dataclass(frozen=True)
class Kept:
    """A document that was staged once, to be loaded any number of times: its entries lie in a table of their own."""

    staged: StagedEntries
    table: str


class Shelf:
    """Our tables in memory."""

    def __init__(self, directory: Path, judge: Judge) -> None:
        connection = duckdb.connect()
        connection.execute("SET TimeZone = 'UTC'; SET threads = 1; SET preserve_insertion_order = false")
        connection.execute(statement("schema"))
        self.connection: Any = Parsed(connection)
        self._directory = directory
        self._judge = judge
        self._written = set(TABLES)
        self._numbers = count()

    @property
    def here(self) -> Any:
        """The DuckDB in which documents are staged."""
        return self.connection

    def clear(self) -> None:
        """Empty the tables that were written since they were emptied last."""
        for table in self._written:
            self.connection.execute(f"DELETE FROM {table}")  # noqa: S608 - a literal above
        self._written.clear()
        self._numbers = count()

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        return {name: self.ask(f"FROM {name} ORDER BY ALL") for name in TABLES}

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()

    def stage(self, content: Any) -> StagedEntries:
        """Stage a document; its files stay until the shelf is cleared so many times that their names come again."""
        directory = self._directory / f"{next(self._numbers)}"
        directory.mkdir(exist_ok=True)
        return Staging(self.here, directory, self._judge, {}).stage(land(directory, content))

    def load(self, content: Any, snapshot: Snapshot) -> Loaded:
        return self._load(snapshot, self.stage(content))

    def keep(self, content: Any) -> Kept:
        """Stage a document for `load_kept`, which costs a fraction of staging it again."""
        staged, table = self.stage(content), f"kept_{next(self._numbers)}"
        self.here.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS FROM staged_entries")
        return Kept(staged, table)

    def load_kept(self, kept: Kept, snapshot: Snapshot) -> Loaded:
        self.here.execute(f"CREATE OR REPLACE TEMP TABLE staged_entries AS FROM {kept.table}")
        return self._load(snapshot, kept.staged)

    def _load(self, snapshot: Snapshot, staged: StagedEntries) -> Loaded:
        self._written.update(TABLES)
        return self._loaded(snapshot, staged)

    def _loaded(self, snapshot: Snapshot, staged: StagedEntries) -> Loaded:
        return load(self.connection, snapshot, staged)

    def put(self, rows: Rows) -> Changes:
        """Write a snapshot past the documents, and compare it as a load does."""
        self._written.update(_PUT)
        at, snapshot = in_utc(rows.snapshot.exported_at), rows.snapshot
        of_job = {"forecast_id": "net_bookings", "job_id": snapshot.job_id, "exported_at": at}
        self._stage_rows(rows)
        asked = {"period": rows.period, "scope": rows.scope, "currency": rows.currency, "types": list(rows.types)}
        self._take_entries()
        with transaction(self.connection):
            self.connection.execute(statement("load_entries"), of_job)
            for week in rows.weeks:
                entries = sum(key[0] == week for key in rows.entries)
                self.connection.execute(_COVERED, {**of_job, **asked, "week": week, "entries": entries})
            compare(self.connection, of_job, rows.period)
        return changes_of(self.connection, at, snapshot.job_id)

    def _take_entries(self) -> None:
        """Have the staged entries where the tables are: here they are there already."""

    def _stage_rows(self, rows: Rows) -> None:
        lines = [
            f"('{field}', '{rows.period}', '{week}', '{user}', '{rows.currency}', {_written(amounts)})"
            for (week, user, field), amounts in rows.entries.items()
        ]
        empty = f"SELECT '', '', '', '', '', {_written({})} WHERE false"
        source = f"VALUES {', '.join(lines)}" if lines else empty
        self.here.execute(f"{_STAGED} FROM ({source}) AS v({_COLUMNS})")


_COVERED = """INSERT INTO snapshots VALUES ($job_id, $forecast_id, $period, $week, $scope, $currency, $types,
    $exported_at, $entries)"""
_STAGED = """CREATE OR REPLACE TEMP TABLE staged_entries AS SELECT *, NULL::BOOLEAN AS is_updated, NULL AS updated_by,
    NULL::TIMESTAMP AS updated_at, NULL AS adjusted_by, NULL::TIMESTAMP AS adjusted_at, NULL::JSON AS extra"""
_COLUMNS = """field_id, time_period_id, time_frame_id, user_id, currency,
    forecast_amount, quota_amount, adjustment_amount, crm_total, crm_closed"""


def _written(amounts: Amounts) -> str:
    return ", ".join(
        "NULL::DECIMAL(15, 2)" if amounts.get(kind) is None else f"'{amounts[kind]}'::DECIMAL(15, 2)"
        for kind in AMOUNTS
    )
