"""Snowflake as the warehouse that exports are loaded into."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from clari_readiness.warehouse.engines.snowflake_url import address_of
from clari_readiness.warehouse.loaders.lease import Lease
from clari_readiness.warehouse.loaders.leased import Found, LeasedWarehouse
from clari_readiness.warehouse.loaders.snowflake_schema import found, make_tables
from clari_readiness.warehouse.loaders.snowflake_session import SnowflakeSession
from clari_readiness.warehouse.loaders.snowflake_stage import take_over
from clari_readiness.warehouse.opening import MEMORY_LIMIT
from clari_readiness.warehouse.statements import statement

_PATIENCE = 360.0
"""A transaction that nobody will end any more is undone by Snowflake after five minutes, when somebody waits for it."""

_TERM = 300.0
"""A shorter lease would keep a virtual warehouse awake while Clari is waited for."""


class SnowflakeWarehouse(LeasedWarehouse[SnowflakeSession]):
    """Our tables in a schema of Snowflake's. Errors never hold a password, a key's or a token.

    A relative path in the URL starts at `base`. Somebody's lock is waited for for at most `patience` seconds, and a
    lease of `term` seconds keeps others away while the warehouse is held: see `lease`.
    """

    def __init__(
        self,
        url: str,
        base: Path,
        scratch: Path,
        *,
        memory_limit: str = MEMORY_LIMIT,
        patience: float = _PATIENCE,
        term: float = _TERM,
    ) -> None:
        super().__init__(scratch, memory_limit=memory_limit)
        self._address = address_of(url, base)
        self._patience = patience
        self._term = term

    def _opened(self) -> SnowflakeSession:
        return SnowflakeSession.open(self._address, patience=self._patience)

    def _new_lease(self) -> Lease[SnowflakeSession]:
        return Lease(self.beside, term=self._term, engine="snowflake")

    def _looked(self, session: SnowflakeSession) -> Found:
        return found(session)

    def _make_tables(self, session: SnowflakeSession) -> None:
        make_tables(session)

    def _take_over(self, here: duckdb.DuckDBPyConnection, session: SnowflakeSession, tables: Mapping[str, str]) -> None:
        session.execute(statement("engines/snowflake/compared_snapshots"))
        take_over(here, session, tables, self._scratch)
