"""A warehouse for laws in a server: what is asked is asked of DuckDB, of the rows that the server gives."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Generic

import duckdb

from clari_readiness.warehouse.loaders.server import Session
from clari_readiness.warehouse.second_look import Judge
from tests.warehouse.shelf import TABLES, Shelf

VIEWS = (
    *("latest_snapshots", "current_sources", "current_entries", "last_known_entries", "clari_forecasts"),
    *("clari_forecast_changes", "latest_weeks", "v_forecast_accuracy", "managers", "quota_performance"),
    *("v_pipeline_coverage", "v_rep_performance"),
)


class ServerShelf(Shelf, Generic[Session]):
    """Our tables in a database of their own, and documents staged in the DuckDB beside it."""

    connection: Session

    def __init__(self, directory: Path, judge: Judge, session: Session) -> None:
        super().__init__(directory, judge)
        self._here: Any = self.connection
        self._copy = duckdb.connect()
        for name in (*TABLES, *VIEWS):
            columns = ", ".join(f'"{column}" {kind}' for column, kind, *_ in self.ask_here(f"DESCRIBE {name}"))
            self._copy.execute(f"CREATE TABLE {name} ({columns})")
        self.connection = session

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
        rows = self.connection.execute(f"SELECT * FROM {name}").fetchall()  # noqa: S608 - literals above
        self._copy.execute(f"DELETE FROM {name}")  # noqa: S608 - literals above
        if rows:
            marks = ", ".join(f"({', '.join('?' * len(row))})" for row in rows)
            self._copy.execute(f"INSERT INTO {name} VALUES {marks}", [value for row in rows for value in row])  # noqa: S608
