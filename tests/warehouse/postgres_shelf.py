"""The warehouse for laws in PostgreSQL: loaded as ever, and looked at through a copy of what it holds in DuckDB."""

from __future__ import annotations

from pathlib import Path

from clari_readiness.model.exports import Loaded, Snapshot
from clari_readiness.warehouse.loaders.postgres_copy import take_over
from clari_readiness.warehouse.loaders.postgres_schema import make_tables
from clari_readiness.warehouse.loaders.postgres_session import PostgresSession
from clari_readiness.warehouse.loaders.server import STAGED
from clari_readiness.warehouse.loading import finish_staging, load
from clari_readiness.warehouse.second_look import Judge
from clari_readiness.warehouse.staging import StagedEntries
from tests.warehouse.server_shelf import ServerShelf


class PostgresShelf(ServerShelf[PostgresSession]):
    """Our tables in a database of their own."""

    def __init__(self, directory: Path, judge: Judge, url: str) -> None:
        super().__init__(directory, judge, PostgresSession.open(url))
        make_tables(self.connection)

    def _loaded(self, snapshot: Snapshot, staged: StagedEntries) -> Loaded:
        def take() -> None:
            finish_staging(self.here, snapshot, staged)
            take_over(self.here, self.connection, STAGED)

        return load(self.connection, snapshot, staged, take)

    def _take_entries(self) -> None:
        take_over(self.here, self.connection, {"staged_entries": "forecast_entries"})
