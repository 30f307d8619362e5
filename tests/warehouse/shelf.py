"""A warehouse for laws: one connection, emptied between examples, loaded from documents or from rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from clari_readiness.model.exports import AMOUNTS, Changes, ExportRequest, Loaded, Snapshot
from clari_readiness.warehouse.changes import changes_of, compare
from clari_readiness.warehouse.loading import in_utc, load
from clari_readiness.warehouse.second_look import Judge
from clari_readiness.warehouse.staging import StagedEntries, Staging
from clari_readiness.warehouse.statements import statement
from tests.warehouse.documents import STAR, land

TABLES = (*STAR, "entry_changes")
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


class Shelf:
    """Our tables in memory."""

    def __init__(self, directory: Path, judge: Judge) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("SET TimeZone = 'UTC'; SET threads = 1; SET preserve_insertion_order = false")
        self.connection.execute(statement("schema"))
        self._directory = directory
        self._judge = judge

    def clear(self) -> None:
        for table in TABLES:
            self.connection.execute(f"DELETE FROM {table}")  # noqa: S608 - a literal above

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        return {name: self.ask(f"FROM {name} ORDER BY ALL") for name in TABLES}

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()

    def stage(self, content: Any) -> StagedEntries:
        for old in self._directory.glob("*"):
            old.unlink()
        return Staging(self.connection, self._directory, self._judge, {}).stage(land(self._directory, content))

    def load(self, content: Any, snapshot: Snapshot) -> Loaded:
        return load(self.connection, snapshot, self.stage(content))

    def put(self, rows: Rows) -> Changes:
        """Write a snapshot past the documents, and compare it as a load does."""
        at, snapshot = in_utc(rows.snapshot.exported_at), rows.snapshot
        of_job = {"forecast_id": "net_bookings", "job_id": snapshot.job_id, "exported_at": at}
        self._stage_rows(rows)
        self.connection.execute(statement("load_entries"), of_job)
        counts = {week: sum(key[0] == week for key in rows.entries) for week in rows.weeks}
        values = ", ".join(
            f"('{rows.job_id}', 'net_bookings', '{rows.period}', '{week}', '{rows.scope}', '{rows.currency}',"
            f" {list(rows.types)}, TIMESTAMP '{at}', {count})"
            for week, count in counts.items()
        )
        self.connection.execute(f"INSERT INTO snapshots VALUES {values}")  # noqa: S608 - made of our own values
        compare(self.connection, of_job, rows.period)
        return changes_of(self.connection, at, snapshot.job_id)

    def _stage_rows(self, rows: Rows) -> None:
        lines = [
            f"('{field}', '{rows.period}', '{week}', '{user}', '{rows.currency}', {_written(amounts)})"
            for (week, user, field), amounts in rows.entries.items()
        ]
        empty = f"SELECT '', '', '', '', '', {_written({})} WHERE false"
        source = f"VALUES {', '.join(lines)}" if lines else empty
        self.connection.execute(f"{_STAGED} FROM ({source}) AS v({_COLUMNS})")


_STAGED = """CREATE OR REPLACE TEMP TABLE staged_entries AS SELECT *, NULL::BOOLEAN AS is_updated, NULL AS updated_by,
    NULL::TIMESTAMP AS updated_at, NULL AS adjusted_by, NULL::TIMESTAMP AS adjusted_at, NULL::JSON AS extra"""
_COLUMNS = """field_id, time_period_id, time_frame_id, user_id, currency,
    forecast_amount, quota_amount, adjustment_amount, crm_total, crm_closed"""


def _written(amounts: Amounts) -> str:
    return ", ".join(
        "NULL::DECIMAL(15, 2)" if amounts.get(kind) is None else f"'{amounts[kind]}'::DECIMAL(15, 2)"
        for kind in AMOUNTS
    )
