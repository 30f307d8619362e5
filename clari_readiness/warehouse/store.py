"""The warehouse that exports are loaded into: a DuckDB file of our own."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Protocol, Self

import duckdb

from clari_readiness.errors import WarehouseError
from clari_readiness.model.calendar import Window
from clari_readiness.model.exports import LandedDocument, Loaded, Snapshot, Swing
from clari_readiness.model.time import Clock
from clari_readiness.warehouse import ledger
from clari_readiness.warehouse.attaching import AttachedFile
from clari_readiness.warehouse.changes import swings_of
from clari_readiness.warehouse.events import EventStore, EventTables
from clari_readiness.warehouse.ledger import LedgerEntry
from clari_readiness.warehouse.loading import in_utc, load, transaction
from clari_readiness.warehouse.opening import (
    MEMORY_LIMIT,
    existing,
    first_line,
    open_to_read,
    open_to_write,
    patiently,
)
from clari_readiness.warehouse.retention import Retired, retire, would_retire
from clari_readiness.warehouse.second_look import Judge
from clari_readiness.warehouse.staging import StagedEntries, Staging
from clari_readiness.warehouse.statements import statement
from clari_readiness.warehouse.url import database_path


class Warehouse(Protocol):
    """What an export needs of a warehouse. Everything that `load` and `record` change is committed on return."""

    def stage(self, landed: LandedDocument, judge: Judge, value_names: Mapping[str, str]) -> StagedEntries:
        """Take a landed document apart and judge all of it; a broken one is a DocumentRefused."""
        ...

    def load(self, snapshot: Snapshot, staged: StagedEntries) -> Loaded:
        """Make rows of what `stage` returned last, all or none; the same job again changes nothing."""
        ...

    def record(self, entry: LedgerEntry) -> None:
        """Write a line of the ledger, or write it again."""
        ...

    def ledger(self) -> list[LedgerEntry]:
        """Return the ledger, the oldest line first."""
        ...

    def close(self) -> None:
        """Let go of the warehouse, so that others can read; the next call takes it again."""
        ...

    def held(self) -> AbstractContextManager[None]:
        """Keep exporters on other machines away while the block runs; ExporterBusy when one is there.

        Those of this machine a lock file keeps away, and a warehouse that is a file has no others.
        """
        ...


class OwnWarehouse(Warehouse, Protocol):
    """What the commands need besides, of the warehouse that the reference exporter fills."""

    @property
    def beside(self) -> Path:
        """The path beside which the lock file lies that keeps other exporters of this machine away."""
        ...

    @property
    def is_there(self) -> bool:
        """Whether our tables are there, as far as that can be told without making anything."""
        ...

    def require(self) -> None:
        """Raise WarehouseError where there is no warehouse."""
        ...

    def would_retire(self, window: Window) -> Retired:
        """Return what `retire` would take away; nothing changes."""
        ...

    def retire(self, window: Window) -> Retired:
        """Take away every row of a quarter before the window, in one transaction, and return what went."""
        ...

    def events(self) -> EventTables:
        """Return the tables of audit events and opportunities, which are made where they are missing."""
        ...


class DuckDBWarehouse:
    """A DuckDB file, opened when it is needed. Readers need it too, so whoever waits for something closes it first.

    A reader that has the file delays us by at most `patience` seconds; then it is a WarehouseError.
    """

    def __init__(self, path: Path, clock: Clock, *, memory_limit: str = MEMORY_LIMIT, patience: float = 30.0) -> None:
        self.path = path
        self._clock = clock
        self._patience = patience
        self._memory_limit = memory_limit
        self._file: AttachedFile | None = None

    @classmethod
    def at(cls, url: str, base: Path, clock: Clock) -> Self:
        """Return the warehouse at a `duckdb:///` url, whose relative path starts at `base`."""
        return cls(database_path(url, base), clock)

    def stage(self, landed: LandedDocument, judge: Judge, value_names: Mapping[str, str]) -> StagedEntries:
        """Take a landed document apart and judge all of it; a broken one is a DocumentRefused."""
        connection = self._connection()
        self._clear()
        self._scratch.mkdir(mode=0o700)
        return Staging(connection, self._scratch, judge, value_names).stage(landed)

    def load(self, snapshot: Snapshot, staged: StagedEntries) -> Loaded:
        """Make rows of what `stage` returned last, in one transaction; the same job again changes nothing."""
        loaded = load(self._connection(), snapshot, staged)
        self._clear()
        return loaded

    def swings(self, snapshot: Snapshot, threshold: Decimal) -> tuple[Swing, ...]:
        """Return the amounts that a loaded snapshot found changed by more than this part of what they were.

        0.20 is more than a fifth, up or down; a fifth exactly is none. What was zero and is not any more is one.
        """
        return swings_of(self._connection(), in_utc(snapshot.exported_at), snapshot.job_id, threshold)

    def would_retire(self, window: Window) -> Retired:
        """Return what `retire` would take away. The file is opened read-only, and stays as it is to the byte."""
        self.close()
        opened = partial(open_to_read, self.path, memory_limit=self._memory_limit, spill=self._spill)
        with patiently(opened, self._clock, self._patience) as file:
            return would_retire(file.connection, window)

    def retire(self, window: Window) -> Retired:
        """Take away every row of a quarter before the window, in one transaction, and return what went.

        Where there is nothing to take, nothing is written. The landed files are the caller's, afterwards.
        """
        retired = self.would_retire(window)
        if retired.nothing:
            return retired
        connection = self._connection()
        retired = retire(connection, window)
        try:
            connection.execute("CHECKPOINT")
        except duckdb.Error as error:
            raise WarehouseError(f"the rows are gone, but their space is not free yet: {first_line(error)}") from error
        return retired

    @contextmanager
    def changing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give a transaction in which other statements change our tables: all or nothing."""
        with transaction(self._connection()):
            yield self._connection()

    def record(self, entry: LedgerEntry) -> None:
        """Write a line of the ledger, or write it again, in a transaction of its own."""
        ledger.record(self._connection(), entry)

    def ledger(self) -> list[LedgerEntry]:
        """Return the ledger, the oldest line first."""
        return ledger.entries(self._connection())

    def close(self) -> None:
        """Let go of the file and of what is staged; the next call opens it again."""
        file, self._file = self._file, None
        if file is not None:
            file.close()
            self._clear()

    @property
    def beside(self) -> Path:
        """The file, beside which the lock file lies that keeps other exporters away."""
        return self.path

    @property
    def is_there(self) -> bool:
        """Whether the file is there."""
        return self.path.exists()

    def require(self) -> None:
        """Raise WarehouseError where there is no file."""
        existing(self.path)

    def held(self) -> AbstractContextManager[None]:
        """Do nothing: who has a file to himself is told by the lock file beside it."""
        return nullcontext()

    def events(self) -> EventTables:
        """Let go of the file, and return the tables of audit events and opportunities in it."""
        self.close()
        return EventStore(self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _scratch(self) -> Path:
        """Where a document lies while it is loaded; what a killed run left there goes with the next."""
        return self.path.with_name(f"{self.path.name}.staging")

    def _clear(self) -> None:
        shutil.rmtree(self._scratch, ignore_errors=True)

    @property
    def _spill(self) -> Path:
        return self.path.with_name(f"{self.path.name}.spill")

    def _connection(self) -> duckdb.DuckDBPyConnection:
        if self._file is None:
            self._file = patiently(self._opened, self._clock, self._patience)
        return self._file.connection

    def _opened(self) -> AttachedFile:
        file = open_to_write(self.path, memory_limit=self._memory_limit, spill=self._spill)
        try:
            file.connection.execute("SET preserve_insertion_order = false")
            _make_tables(file.connection)
        except (duckdb.Error, WarehouseError) as error:
            file.close()
            said = error.message if isinstance(error, WarehouseError) else first_line(error)
            way_out = "let `warehouse.url` name a file of the reference exporter's own"
            raise WarehouseError(f"{self.path}: our tables cannot be made: {said}", way_out=way_out) from error
        return file


def _make_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables and views of schema.sql, unless this very text has made them: that is told by a mark."""
    schema = statement("schema")
    mark = f"schema {hashlib.sha256(schema.encode()).hexdigest()}"
    if connection.execute(statement("schema_mark")).fetchall() != [(mark,)]:
        with transaction(connection):
            connection.execute(schema)
            connection.execute(f"COMMENT ON TABLE forecast_entries IS '{mark}'")
