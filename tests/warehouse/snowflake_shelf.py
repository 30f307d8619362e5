"""The warehouse for laws in Snowflake: loaded as ever, and looked at through a copy of what it holds in DuckDB."""

from __future__ import annotations

from pathlib import Path

from clari_readiness.model.exports import Loaded, Snapshot
from clari_readiness.warehouse.engines.snowflake_url import address_of
from clari_readiness.warehouse.loaders.server import STAGED
from clari_readiness.warehouse.loaders.snowflake_schema import make_tables
from clari_readiness.warehouse.loaders.snowflake_session import SnowflakeSession
from clari_readiness.warehouse.loaders.snowflake_stage import take_over
from clari_readiness.warehouse.loading import finish_staging, load
from clari_readiness.warehouse.second_look import Judge
from clari_readiness.warehouse.staging import StagedEntries
from clari_readiness.warehouse.statements import statement
from tests.warehouse.server_shelf import ServerShelf


class SnowflakeShelf(ServerShelf[SnowflakeSession]):
    """Our tables in a database of their own."""

    def __init__(self, directory: Path, judge: Judge, url: str) -> None:
        super().__init__(directory, judge, SnowflakeSession.open(address_of(url, directory), patience=5.0))
        make_tables(self.connection)
        self.connection.execute(statement("engines/snowflake/compared_snapshots"))

    def _loaded(self, snapshot: Snapshot, staged: StagedEntries) -> Loaded:
        def take() -> None:
            finish_staging(self.here, snapshot, staged)
            take_over(self.here, self.connection, STAGED, self._directory)

        return load(self.connection, snapshot, staged, take)

    def _take_entries(self) -> None:
        take_over(self.here, self.connection, {"staged_entries": "forecast_entries"}, self._directory)
