"""The warehouse for laws in BigQuery: loaded as ever, and looked at through a copy of what it holds in DuckDB."""

from __future__ import annotations

from pathlib import Path

from clari_readiness.model.exports import Loaded, Snapshot
from clari_readiness.warehouse.loaders.bigquery_load import take_over
from clari_readiness.warehouse.loaders.bigquery_schema import make_tables
from clari_readiness.warehouse.loaders.bigquery_session import BigQuerySession
from clari_readiness.warehouse.loaders.server import STAGED
from clari_readiness.warehouse.loading import finish_staging, load
from clari_readiness.warehouse.second_look import Judge
from clari_readiness.warehouse.staging import StagedEntries
from tests.warehouse.server_shelf import ServerShelf


class BigQueryShelf(ServerShelf[BigQuerySession]):
    """Our tables in a dataset of their own."""

    def __init__(self, directory: Path, judge: Judge, url: str) -> None:
        super().__init__(directory, judge, BigQuerySession.open(url, patience=30.0))
        make_tables(self.connection)

    def _loaded(self, snapshot: Snapshot, staged: StagedEntries) -> Loaded:
        def take() -> None:
            finish_staging(self.here, snapshot, staged)
            take_over(self.here, self.connection, STAGED, self._directory)

        return load(self.connection, snapshot, staged, take)

    def _take_entries(self) -> None:
        take_over(self.here, self.connection, {"staged_entries": "forecast_entries"}, self._directory)
