"""BigQuery as the warehouse that exports are loaded into."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from clari_readiness.model.exports import Loaded, Snapshot
from clari_readiness.warehouse.loaders.bigquery_lease import SessionLease
from clari_readiness.warehouse.loaders.bigquery_load import take_over
from clari_readiness.warehouse.loaders.bigquery_schema import found, make_tables
from clari_readiness.warehouse.loaders.bigquery_session import BigQuerySession
from clari_readiness.warehouse.loaders.leased import Found, LeasedWarehouse
from clari_readiness.warehouse.opening import MEMORY_LIMIT
from clari_readiness.warehouse.staging import StagedEntries

_PATIENCE = 600.0

_TERM = 600.0
"""It is not made to last longer while a transaction is open, and that may take minutes."""


class BigQueryWarehouse(LeasedWarehouse[BigQuerySession]):
    """Our tables in a dataset of BigQuery's. Who it is, Google's own environment says.

    No statement takes more than `patience` seconds, and a lease of `term` seconds keeps others away while the warehouse
    is held: see `lease`.
    """

    def __init__(
        self,
        url: str,
        scratch: Path,
        *,
        memory_limit: str = MEMORY_LIMIT,
        patience: float = _PATIENCE,
        term: float = _TERM,
    ) -> None:
        super().__init__(scratch, memory_limit=memory_limit)
        self._url = url
        self._patience = patience
        self._term = term

    def load(self, snapshot: Snapshot, staged: StagedEntries) -> Loaded:
        """Make rows of what `stage` returned last, in one transaction, and drop what lay staged there."""
        try:
            return super().load(snapshot, staged)
        finally:
            if self._open is not None:
                self._open.drop_staged()

    def _opened(self) -> BigQuerySession:
        return BigQuerySession.open(self._url, patience=self._patience)

    def _new_lease(self) -> SessionLease:
        return SessionLease(self.beside, term=self._term)

    def _looked(self, session: BigQuerySession) -> Found:
        return found(session)

    def _make_tables(self, session: BigQuerySession) -> None:
        make_tables(session)

    def _take_over(self, here: duckdb.DuckDBPyConnection, session: BigQuerySession, tables: Mapping[str, str]) -> None:
        take_over(here, session, tables, self._scratch)
