"""PostgreSQL as the warehouse that exports are loaded into."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from clari_readiness.warehouse.loaders.postgres_copy import take_over
from clari_readiness.warehouse.loaders.postgres_schema import found, lock_key, make_tables
from clari_readiness.warehouse.loaders.postgres_session import PostgresSession
from clari_readiness.warehouse.loaders.server import ServerWarehouse
from clari_readiness.warehouse.loading import transaction
from clari_readiness.warehouse.opening import MEMORY_LIMIT
from clari_readiness.warehouse.statements import statement


class PostgresWarehouse(ServerWarehouse[PostgresSession]):
    """Our tables in a PostgreSQL server. Errors never hold the password.

    Somebody's lock on a table is waited for for at most `patience` seconds. While the warehouse is held, a lock of the
    server's, for each schema, keeps others away. It ends with the session, and one that replaces it asks for it again.
    """

    def __init__(self, url: str, scratch: Path, *, memory_limit: str = MEMORY_LIMIT, patience: float = 30.0) -> None:
        super().__init__(scratch, memory_limit=memory_limit)
        self._url = url
        self._patience = patience

    def _opened(self) -> PostgresSession:
        return PostgresSession.open(self._url, patience=self._patience)

    def _entered(self, session: PostgresSession) -> None:
        session.hold(lock_key("exporter", found(session).schema))

    def _found(self, session: PostgresSession) -> bool:
        return found(session).is_there

    def _make_tables(self, session: PostgresSession) -> None:
        make_tables(session)

    def _make_event_tables(self, session: PostgresSession) -> None:
        with transaction(session):
            session.execute(statement("events_schema"))

    def _take_over(self, here: duckdb.DuckDBPyConnection, session: PostgresSession, tables: Mapping[str, str]) -> None:
        take_over(here, session, tables)
