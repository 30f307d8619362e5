"""Opening a DuckDB file, with each way of failing in one line of its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import duckdb

from clari_readiness.errors import WarehouseError
from clari_readiness.model.time import Clock

MEMORY_LIMIT = "320MB"
"""What DuckDB may take while it loads; the rest goes to files, so that five million entries take less than 512 MB."""

_AGAIN = 0.2
_ATTACHED = "warehouse"
_HOLDER = re.compile(r"PID (\d+)")


class WarehouseLocked(WarehouseError):
    """Another process has the file open; trying again later can help."""


def patiently(
    opened: Callable[[], duckdb.DuckDBPyConnection], clock: Clock, patience: float
) -> duckdb.DuckDBPyConnection:
    """Open; while somebody else has the file, try again for so many seconds."""
    until = clock.monotonic() + patience
    while True:
        try:
            return opened()
        except WarehouseLocked:
            if clock.monotonic() >= until:
                raise
            clock.sleep(_AGAIN)


def existing(path: Path) -> Path:
    """Return the path of a file that is there; a WarehouseError otherwise."""
    if not _is_file(path):
        raise WarehouseError(
            f"{path}: there is no such warehouse file", way_out="run the export first, or mend `warehouse.url`"
        )
    return path


def _is_file(path: Path) -> bool:
    """Tell whether a file is there; a directory in its place, or above it one that is closed, is a WarehouseError."""
    try:
        if path.is_dir():
            raise WarehouseError(f"{path}: is a directory", way_out="name a file in `warehouse.url`")
        return path.is_file()
    except OSError as error:
        way_out = "let this user into its directory"
        raise WarehouseError(f"{path}: cannot be looked at ({error.strerror})", way_out=way_out) from error


def open_to_read(path: Path) -> duckdb.DuckDBPyConnection:
    """Open an existing file read-only: any number of processes may do so at once.

    A file that is missing, locked by a writer or no DuckDB database is a WarehouseError.
    """
    return _connect(existing(path), read_only=True)


def in_memory() -> duckdb.DuckDBPyConnection:
    """Open a database of our own, without a file; its times are UTC."""
    connection = duckdb.connect(":memory:")
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def open_to_write(path: Path, *, memory_limit: str, spill: Path) -> duckdb.DuckDBPyConnection:
    """Open or create a file; what does not fit `memory_limit` goes to files in `spill`."""
    _require_place(path)
    connection = _connect(path, read_only=False)
    _limit(connection, memory_limit, spill)
    return connection


class FileToWrite:
    """A file that is opened and let go of over and over, by a DuckDB that stays: to start one takes ten times as long.

    What does not fit `memory_limit` goes to files in `spill`. While it is open, nothing else in this process may open
    it: DuckDB refuses that, but closing what it opened to see so lets go of the lock against other processes.
    """

    def __init__(self, path: Path, *, memory_limit: str, spill: Path) -> None:
        self._path = path
        self._memory_limit = memory_limit
        self._spill = spill
        self._engine: duckdb.DuckDBPyConnection | None = None
        self._connection: duckdb.DuckDBPyConnection | None = None

    def open(self) -> duckdb.DuckDBPyConnection:
        """Open or create the file, and return a connection in which every name is looked for there."""
        _require_place(self._path)
        try:
            engine = self._engine = self._engine or self._started()
            target = str(self._path).replace("'", "''")
            engine.execute(f"ATTACH '{target}' AS {_ATTACHED}")
            self._connection = engine.cursor()
            self._connection.execute(f"USE {_ATTACHED}; SET TimeZone = 'UTC'")
        except duckdb.Error as error:
            self._end()
            raise _explained(self._path, error, read_only=False) from error
        return self._connection

    def close(self) -> None:
        """Let go of the file; what was not committed is undone, and temporary tables are gone."""
        connection, self._connection = self._connection, None
        if connection is None or self._engine is None:
            return
        try:
            connection.execute("SELECT 1")  # or something has broken it for good
            connection.close()
            self._engine.execute(f"DETACH {_ATTACHED}")
        except duckdb.Error:
            connection.close()
            self._end()

    def _started(self) -> duckdb.DuckDBPyConnection:
        engine = in_memory()
        _limit(engine, self._memory_limit, self._spill)
        return engine

    def _end(self) -> None:
        engine, self._engine, self._connection = self._engine, None, None
        if engine is not None:
            engine.close()


def _require_place(path: Path) -> None:
    _is_file(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        way_out = "name a file in `warehouse.url` that this user may write"
        raise WarehouseError(f"{path.parent}: cannot be made ({error.strerror})", way_out=way_out) from error


def _limit(connection: duckdb.DuckDBPyConnection, memory_limit: str, spill: Path) -> None:
    connection.execute(f"SET memory_limit = '{memory_limit}'")
    connection.execute("SET temp_directory = $spill", {"spill": str(spill)})


def _connect(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    try:
        connection = duckdb.connect(path, read_only=read_only)
        # Times are kept without a zone and are UTC; a zone of the machine must not shift those of a team's tables.
        connection.execute("SET TimeZone = 'UTC'")
    except duckdb.Error as error:
        raise _explained(path, error, read_only=read_only) from error
    return connection


def first_line(error: duckdb.Error) -> str:
    """Return the first line of what DuckDB says: the others draw the statement."""
    return str(error).partition("\n")[0]


def _explained(path: Path, error: duckdb.Error, *, read_only: bool) -> WarehouseError:
    said = str(error)
    if "Could not set lock" in said:
        holder = _HOLDER.search(said)
        by = f"process {holder[1]}" if holder else "another process"
        return WarehouseLocked(f"{path}: {by} has this warehouse open", way_out="let it finish, or stop it")
    if "different configuration" in said or "file handle conflict" in said:
        return WarehouseError(
            f"{path}: this very process reads and writes it at once", way_out="close the reader before exporting"
        )
    if "not a valid DuckDB database" in said:
        return WarehouseError(f"{path}: this file is no DuckDB database", way_out="mend `warehouse.url`")
    if "Permission denied" in said or "Read-only file system" in said:
        what = said.partition("\n")[0].rpartition(": ")[2].lower()
        way_out = "let this user read it" if read_only else "let this user write it, and beside it"
        return WarehouseError(f"{path}: cannot be opened: {what}", way_out=way_out)
    return WarehouseError(f"{path}: cannot be opened: {first_line(error)}")
