"""PostgreSQL as the warehouse that exports are loaded into.

Documents are staged and judged in a DuckDB of our own, as ever; what lies staged is then copied into the server, and
loaded there by the same statements, in one transaction.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import duckdb

from clari_readiness.errors import WarehouseError
from clari_readiness.model.calendar import Window
from clari_readiness.model.exports import LandedDocument, Loaded, Snapshot
from clari_readiness.warehouse import ledger
from clari_readiness.warehouse.events import EventTables, unanswered
from clari_readiness.warehouse.ledger import LedgerEntry
from clari_readiness.warehouse.loaders.postgres_copy import take_over
from clari_readiness.warehouse.loaders.postgres_schema import found, lock_key, make_event_tables, make_tables
from clari_readiness.warehouse.loaders.postgres_session import PostgresSession
from clari_readiness.warehouse.loading import load
from clari_readiness.warehouse.opening import MEMORY_LIMIT, in_memory
from clari_readiness.warehouse.retention import Retired, retire, would_retire
from clari_readiness.warehouse.second_look import Judge
from clari_readiness.warehouse.staging import LISTED, StagedEntries, Staging, stage_lists

_STAGED = {"staged_entries": "forecast_entries", **{f"staged_{table}": table for table in LISTED}}


class PostgresWarehouse:
    """Our tables in a PostgreSQL server, in the schema that the session makes tables in.

    `scratch` is where documents are staged; it is ours, and removed. Errors are WarehouseErrors, which never hold the
    password. Somebody's lock on a table is waited for for at most `patience` seconds.
    """

    def __init__(self, url: str, scratch: Path, *, memory_limit: str = MEMORY_LIMIT, patience: float = 30.0) -> None:
        self._url = url
        self._scratch = scratch
        self._memory_limit = memory_limit
        self._patience = patience
        self._open: PostgresSession | None = None
        self._is_ready = False
        self._is_held = False
        self._staging: duckdb.DuckDBPyConnection | None = None

    @property
    def beside(self) -> Path:
        """Where documents are staged; a lock file beside it keeps other exporters of this machine away."""
        return self._scratch

    @property
    def is_there(self) -> bool:
        """Whether our tables are; nothing is made."""
        return found(self._session()).is_there

    def require(self) -> None:
        """Raise WarehouseError unless our tables are there."""
        if not self.is_there:
            raise WarehouseError(
                f"{self._session().name}: there is no warehouse of the reference exporter",
                way_out="run the export first, or mend `warehouse.url`",
            )

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other exporters away while the block runs, those of other machines too; ExporterBusy when one is there.

        The lock is the server's, for each schema, and ends with the connection: that stays open, and one that replaces
        it because it was lost asks for the lock again.
        """
        self.close()
        self._is_held = True
        try:
            self._session()
            yield
        finally:
            self._is_held = False
            self.close()

    def stage(self, landed: LandedDocument, judge: Judge, value_names: Mapping[str, str]) -> StagedEntries:
        """Take a landed document apart and judge all of it; a broken one is a DocumentRefused."""
        self._clear()
        self._scratch.mkdir(mode=0o700, parents=True)
        self._staging = in_memory()
        self._staging.execute(f"SET memory_limit = '{self._memory_limit}'")
        self._staging.execute("SET temp_directory = $spill", {"spill": str(self._scratch / "spill")})
        self._staging.execute("SET preserve_insertion_order = false")
        return Staging(self._staging, self._scratch, judge, value_names).stage(landed)

    def load(self, snapshot: Snapshot, staged: StagedEntries) -> Loaded:
        """Make rows of what `stage` returned last, in one transaction; the same job again changes nothing."""
        session, here = self._ready(), self._staging
        if here is None:
            raise WarehouseError(f"{session.name}: nothing is staged")

        def take() -> None:
            stage_lists(here, staged)
            take_over(here, session, _STAGED)

        loaded = load(session, snapshot, staged, take)
        self._clear()
        return loaded

    def would_retire(self, window: Window) -> Retired:
        """Return what `retire` would take away. It only reads."""
        return would_retire(self._session(), window)

    def retire(self, window: Window) -> Retired:
        """Take away every row of a quarter before the window, in one transaction, and return what went.

        Where there is nothing to take, nothing is written. The landed files are the caller's, afterwards. The server
        gives the space free to others when it vacuums the tables.
        """
        retired = self.would_retire(window)
        return retired if retired.nothing else retire(self._ready(), window)

    def record(self, entry: LedgerEntry) -> None:
        """Write a line of the ledger, or write it again, in a transaction of its own."""
        ledger.record(self._ready(), entry)

    def ledger(self) -> list[LedgerEntry]:
        """Return the ledger, the oldest line first."""
        return ledger.entries(self._ready())

    def events(self) -> EventTables:
        """Return the tables of audit events and opportunities, which use this session."""
        return _Events(self._ready())

    def close(self) -> None:
        """Let go of what is staged, and of the session unless the lock needs it; the next call opens it again."""
        self._clear()
        if self._open is not None and not self._is_held:
            self._open.close()
            self._open, self._is_ready = None, False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _clear(self) -> None:
        if self._staging is not None:
            self._staging.close()
            self._staging = None
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _session(self) -> PostgresSession:
        """Return the session; while the warehouse is held, one that has the lock."""
        if self._open is None or self._open.is_closed:
            self._open, self._is_ready = PostgresSession.open(self._url, patience=self._patience), False
            if self._is_held:
                self._lock(self._open)
        return self._open

    def _lock(self, session: PostgresSession) -> None:
        try:
            session.hold(lock_key("exporter", found(session).schema))
        except BaseException:
            session.close()
            raise

    def _ready(self) -> PostgresSession:
        """Return a session in which our tables are there."""
        session = self._session()
        if not self._is_ready:
            make_tables(session)
            self._is_ready = True
        return session


class _Events(EventTables):
    """The tables of audit events and opportunities, in a session of the server's that stays open."""

    def __init__(self, session: PostgresSession) -> None:
        super().__init__(in_memory(), session)
        self._session = session
        make_event_tables(session)

    def _asked(self, query: str) -> list[Any]:
        try:
            return self._session.asked(query)
        except WarehouseError as error:
            raise unanswered(error.message) from error

    def _take_over(self, *tables: str) -> None:
        take_over(self._here, self._session, {f"staged_{table}": table for table in tables})
