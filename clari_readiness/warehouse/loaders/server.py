"""A server as the warehouse that exports are loaded into, whichever it is.

Documents are staged and judged in a DuckDB of our own, as ever; what lies staged is then taken over into the server in
its bulk way, and loaded there by the same statements, in one transaction.
"""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generic, Protocol, Self, TypeVar

import duckdb

from clari_readiness.errors import WarehouseError
from clari_readiness.model.calendar import Window
from clari_readiness.model.exports import LandedDocument, Loaded, Snapshot
from clari_readiness.warehouse import ledger
from clari_readiness.warehouse.connection import Connection
from clari_readiness.warehouse.events import EventTables, unanswered
from clari_readiness.warehouse.ledger import LedgerEntry
from clari_readiness.warehouse.loading import finish_staging, load
from clari_readiness.warehouse.opening import MEMORY_LIMIT, in_memory
from clari_readiness.warehouse.retention import Retired, retire, would_retire
from clari_readiness.warehouse.second_look import Judge
from clari_readiness.warehouse.staging import LISTED, StagedEntries, Staging
from clari_readiness.warehouse.statements import statement

STAGED = {"staged_entries": "forecast_entries", **{f"staged_{table}": table for table in LISTED}}
"""What is taken over of a document: the table staged here -> the table of ours whose columns it has."""

_OF_EVENTS = ("audit_events", "audit_days", "audit_actors", "opportunities")


class ServerSession(Connection, Protocol):
    """A session with a server that takes DuckDB's statements. Each is committed on its own, unless one was begun."""

    @property
    def name(self) -> str:
        """Where the server is, as it may be shown."""

    @property
    def is_closed(self) -> bool:
        """Whether the session is gone, by either side."""

    def asked(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query of the team's, in the server's own words. Raises WarehouseError."""

    def close(self) -> None:
        """End the session: what was not committed is undone."""


Session = TypeVar("Session", bound=ServerSession)


class ServerWarehouse(ABC, Generic[Session]):
    """Our tables in a server, in the schema that the session makes tables in. Errors are WarehouseErrors.

    `scratch` is where documents are staged; it is ours, and removed. What servers differ in is at the end.
    """

    def __init__(self, scratch: Path, *, memory_limit: str = MEMORY_LIMIT) -> None:
        self._scratch = scratch
        self._memory_limit = memory_limit
        self._open: Session | None = None
        self._is_ready = False
        self._stays_open = False
        self._staging: duckdb.DuckDBPyConnection | None = None

    @property
    def beside(self) -> Path:
        """Where documents are staged; a lock file beside it keeps other exporters of this machine away."""
        return self._scratch

    @property
    def is_there(self) -> bool:
        """Whether our tables are; nothing is made."""
        return self._found(self._session())

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

        The session stays open meanwhile; one that replaces it because it was lost is looked at by `_entered`, too.
        """
        self.close()
        self._stays_open = True
        try:
            self._session()
            yield
        finally:
            self._stays_open = False
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
            finish_staging(here, snapshot, staged)
            self._take_over(here, session, STAGED)

        loaded = load(session, snapshot, staged, take)
        self._clear()
        return loaded

    def would_retire(self, window: Window) -> Retired:
        """Return what `retire` would take away. It only reads."""
        return would_retire(self._session(), window)

    def retire(self, window: Window) -> Retired:
        """Take away every row of a quarter before the window, in one transaction, and return what went.

        Where there is nothing to take, nothing is written. The landed files are the caller's, afterwards. The server
        gives the space free in its own time.
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
        session = self._ready()
        there = {name for (name,) in session.execute(statement("retention/tables")).fetchall()}
        if not there.issuperset(_OF_EVENTS):
            self._make_event_tables(session)
        return _Events(session, self._take_over)

    def close(self) -> None:
        """Let go of what is staged, and of the session unless the warehouse is held; the next call opens it again."""
        self._clear()
        if self._open is not None and not self._stays_open:
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

    def _session(self) -> Session:
        """Return the session; while the warehouse is held, one that may write into it."""
        if self._open is None or self._open.is_closed:
            self._open, self._is_ready = self._opened(), False
            if self._stays_open:
                self._enter(self._open)
        return self._open

    def _enter(self, session: Session) -> None:
        try:
            self._entered(session)
        except BaseException:
            session.close()
            raise

    def _ready(self) -> Session:
        """Return a session in which our tables are there."""
        session = self._session()
        if not self._is_ready:
            self._make_tables(session)
            self._is_ready = True
        return session

    @abstractmethod
    def _opened(self) -> Session:
        """Open a session. What stops it is a WarehouseError."""

    @abstractmethod
    def _entered(self, session: Session) -> None:
        """Keep other exporters away as long as the session lasts; ExporterBusy where one is there."""

    @abstractmethod
    def _found(self, session: Session) -> bool:
        """Tell whether our tables are there."""

    @abstractmethod
    def _make_tables(self, session: Session) -> None:
        """Make of our tables and views what is missing, or of another version."""

    @abstractmethod
    def _make_event_tables(self, session: Session) -> None:
        """Make those tables of audit events and opportunities that are missing."""

    @abstractmethod
    def _take_over(self, here: duckdb.DuckDBPyConnection, session: Session, tables: Mapping[str, str]) -> None:
        """Make temporary tables there of those staged here: staged table -> the table of ours whose columns it has.

        No transaction has begun. Raises WarehouseError and `duckdb.Error`.
        """


class _Events(EventTables, Generic[Session]):
    """The tables of audit events and opportunities, in a session of the server's that stays open."""

    def __init__(
        self,
        session: Session,
        take_over: Callable[[duckdb.DuckDBPyConnection, Session, Mapping[str, str]], None],
    ) -> None:
        super().__init__(in_memory(), session)
        self._session = session
        self._takes_over = take_over

    def _asked(self, query: str) -> list[Any]:
        try:
            return self._session.asked(query)
        except WarehouseError as error:
            raise unanswered(error.message) from error

    def _take_over(self, *tables: str) -> None:
        self._takes_over(self._here, self._session, {f"staged_{table}": table for table in tables})
