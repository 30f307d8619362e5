"""Opening a DuckDB file, with each way of failing in one line of its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import duckdb

from clari_readiness.errors import WarehouseError
from clari_readiness.model.time import Clock
from clari_readiness.warehouse.attaching import AttachedFile, OtherwiseInUse, attach

MEMORY_LIMIT = "320MB"
"""What DuckDB may take while it loads; the rest goes to files, so that five million entries take less than 512 MB."""

_AGAIN = 0.2
_HOLDER = re.compile(r"PID (\d+)")


class WarehouseLocked(WarehouseError):
    """Another process has the file open; trying again later can help."""


def patiently(opened: Callable[[], AttachedFile], clock: Clock, patience: float) -> AttachedFile:
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


def open_to_read(path: Path, *, spill: Path, memory_limit: str | None = None) -> AttachedFile:
    """Open an existing file read-only: any number of processes may do so at once.

    What does not fit `memory_limit` goes to files in `spill`. A file that is missing, locked by a writer or no DuckDB
    database is a WarehouseError.
    """
    return _opened(existing(path), read_only=True, memory_limit=memory_limit, spill=spill)


def in_memory() -> duckdb.DuckDBPyConnection:
    """Open a database of our own, without a file; its times are UTC."""
    connection = duckdb.connect(":memory:")
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def open_to_write(path: Path, *, spill: Path, memory_limit: str) -> AttachedFile:
    """Open or create a file; what does not fit `memory_limit` goes to files in `spill`. Raises WarehouseError."""
    _require_place(path)
    return _opened(path, read_only=False, memory_limit=memory_limit, spill=spill)


def _require_place(path: Path) -> None:
    _is_file(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        way_out = "name a file in `warehouse.url` that this user may write"
        raise WarehouseError(f"{path.parent}: cannot be made ({error.strerror})", way_out=way_out) from error


def _opened(path: Path, *, read_only: bool, memory_limit: str | None, spill: Path) -> AttachedFile:
    try:
        return attach(path, read_only=read_only, memory_limit=memory_limit, spill=spill)
    except OtherwiseInUse:
        raise _in_use(path) from None
    except duckdb.Error as error:
        raise _explained(path, error, read_only=read_only) from error


def _in_use(path: Path) -> WarehouseError:
    way_out = "close the reader before exporting"
    return WarehouseError(f"{path}: this very process reads and writes it at once", way_out=way_out)


def first_line(error: duckdb.Error) -> str:
    """Return the first line of what DuckDB says: the others draw the statement."""
    return str(error).partition("\n")[0]


def _explained(path: Path, error: duckdb.Error, *, read_only: bool) -> WarehouseError:
    said = str(error)
    if "Could not set lock" in said:
        holder = _HOLDER.search(said)
        by = f"process {holder[1]}" if holder else "another process"
        return WarehouseLocked(f"{path}: {by} has this warehouse open", way_out="let it finish, or stop it")
    if "file handle conflict" in said:  # it was opened past us
        return _in_use(path)
    if "not a valid DuckDB database" in said:
        return WarehouseError(f"{path}: this file is no DuckDB database", way_out="mend `warehouse.url`")
    if "Permission denied" in said or "Read-only file system" in said:
        what = said.partition("\n")[0].rpartition(": ")[2].lower()
        way_out = "let this user read it" if read_only else "let this user write it, and beside it"
        return WarehouseError(f"{path}: cannot be opened: {what}", way_out=way_out)
    return WarehouseError(f"{path}: cannot be opened: {first_line(error)}")
