"""The warehouse for laws in PostgreSQL: loaded as ever, and looked at through a copy of what it holds in DuckDB."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb

from clari_readiness.model.exports import Loaded, Snapshot
from clari_readiness.warehouse.loaders.postgres_copy import take_over
from clari_readiness.warehouse.loaders.postgres_schema import make_tables
from clari_readiness.warehouse.loaders.postgres_session import PostgresSession
from clari_readiness.warehouse.loaders.server import STAGED
from clari_readiness.warehouse.loading import finish_staging, load
from clari_readiness.warehouse.second_look import Judge
from clari_readiness.warehouse.staging import StagedEntries
from tests.warehouse.shelf import TABLES, Shelf

VIEWS = (
    *("latest_snapshots", "current_sources", "current_entries", "last_known_entries", "clari_forecasts"),
    *("clari_forecast_changes", "latest_weeks", "v_forecast_accuracy", "managers", "quota_performance"),
    *("v_pipeline_coverage", "v_rep_performance"),
)
_ENTRIES = {"staged_entries": "forecast_entries"}


class PostgresShelf(Shelf):
    """Our tables in a database of their own. What is asked is asked of DuckDB, of the rows that the server gives."""

    def __init__(self, directory: Path, judge: Judge, url: str) -> None:
        super().__init__(directory, judge)
        self._here = self.connection
        self._copy = duckdb.connect()
        for name in (*TABLES, *VIEWS):
            columns = ", ".join(f'"{column}" {kind}' for column, kind, *_ in self.ask_here(f"DESCRIBE {name}"))
            self._copy.execute(f"CREATE TABLE {name} ({columns})")
        self.connection = PostgresSession.open(url)
        make_tables(self.connection)

    @property
    def here(self) -> Any:
        return self._here

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        for name in {*re.findall(r"\w+", sql)} & {*TABLES, *VIEWS}:
            self._fetch(name)
        return self._copy.execute(sql).fetchall()

    def ask_here(self, sql: str) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self._here.execute(sql).fetchall()
        return found

    def _fetch(self, name: str) -> None:
        rows = self.connection.said(f"SELECT * FROM {name}").fetchall()  # noqa: S608 - as above
        self._copy.execute(f"DELETE FROM {name}")  # noqa: S608 - literals above
        if rows:
            marks = ", ".join(f"({', '.join('?' * len(row))})" for row in rows)
            self._copy.execute(f"INSERT INTO {name} VALUES {marks}", [value for row in rows for value in row])  # noqa: S608

    def _loaded(self, snapshot: Snapshot, staged: StagedEntries) -> Loaded:
        def take() -> None:
            finish_staging(self._here, snapshot, staged)
            take_over(self._here, self.connection, STAGED)

        return load(self.connection, snapshot, staged, take)

    def _take_entries(self) -> None:
        take_over(self._here, self.connection, _ENTRIES)
