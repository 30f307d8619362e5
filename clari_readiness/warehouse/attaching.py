"""DuckDBs that stay, to which files are attached in turn: to start one takes 25 times as long as to attach a file."""

from __future__ import annotations

import os
import weakref
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Self

import duckdb

_RESERVED = ("main", "memory", "system", "temp")

# By the process, too: who was forked has no DuckDB of its parent's, whose threads are not there.
_idle: dict[int, list[duckdb.DuckDBPyConnection]] = defaultdict(list)
_in_use: dict[tuple[int, Path], _Use] = {}
_lock = RLock()


class OtherwiseInUse(Exception):
    """This process has the file open already: to be read, where it is to be written now, or the other way round."""


@dataclass
class _Use:
    """A DuckDB that has a file attached, how it may be used, and by how many."""

    engine: duckdb.DuckDBPyConnection
    alias: str
    read_only: bool
    users: int = 0


class AttachedFile:
    """A file that is open until it is closed, and a connection in which every name is looked for there."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, key: tuple[int, Path]) -> None:
        self.connection = connection
        self._let_go = weakref.finalize(self, _detach, connection, key)

    def close(self) -> None:
        """Let go of the file; what was not committed is undone, and temporary tables are gone."""
        self._let_go()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def attach(path: Path, *, read_only: bool, memory_limit: str | None, spill: Path) -> AttachedFile:
    """Open a file; one to write is made where there is none. Raises `duckdb.Error` and OtherwiseInUse.

    Its database has the name that DuckDB would give it: `team.main.users` is found in `team.duckdb`.
    Whoever opens it twice in one process has it from one DuckDB: where a file is open in two, closing it in one lets go
    of the lock that keeps other processes away. What does not fit `memory_limit` (None: what DuckDB would take) goes to
    files in `spill`.
    """
    key = os.getpid(), path.resolve()
    with _lock:
        use = _in_use.get(key) or _attached(path, read_only=read_only, memory_limit=memory_limit, spill=spill)
        if use.read_only != read_only:
            raise OtherwiseInUse
        connection = use.engine.cursor()
        # Times are kept without a zone and are UTC; a zone of the machine must not shift those of a team's tables.
        connection.execute(f"USE {use.alias}; SET TimeZone = 'UTC'")
        use.users += 1
        _in_use[key] = use
        return AttachedFile(connection, key)


def _attached(path: Path, *, read_only: bool, memory_limit: str | None, spill: Path) -> _Use:
    engine = _engine(memory_limit, spill)
    target, alias = str(path).replace("'", "''"), _alias(path)
    try:
        # Told what it is, DuckDB does not ask the internet for what could read another kind of file.
        engine.execute(f"ATTACH '{target}' AS {alias} (TYPE duckdb{', READ_ONLY' if read_only else ''})")
    except duckdb.Error:
        _put_back(engine)
        raise
    return _Use(engine, alias, read_only)


def _alias(path: Path) -> str:
    name = path.name.partition(".")[0] or path.name
    name = f"{name}_db" if name.lower() in _RESERVED else name
    return '"' + name.replace('"', '""') + '"'


def _engine(memory_limit: str | None, spill: Path) -> duckdb.DuckDBPyConnection:
    idle = _idle[os.getpid()]
    engine = idle.pop() if idle else duckdb.connect(":memory:")
    limit = f"SET memory_limit = '{memory_limit}'" if memory_limit else "RESET memory_limit"
    engine.execute(f"{limit}; RESET preserve_insertion_order")
    engine.execute("SET temp_directory = $spill", {"spill": str(spill)})
    return engine


def _detach(connection: duckdb.DuckDBPyConnection, key: tuple[int, Path]) -> None:
    if key[0] != os.getpid():  # its parent's
        return
    with _lock:
        use = _in_use[key]
        use.users -= 1
        if use.users:
            connection.close()
            return
        del _in_use[key]
        connection.close()
        _put_back(use.engine, f"DETACH {use.alias}")


def _put_back(engine: duckdb.DuckDBPyConnection, *first: str) -> None:
    """Keep a DuckDB for the next file, unless it is broken, or has spilled: then it keeps to its directory."""
    try:
        for statement in (*first, "RESET temp_directory"):
            engine.execute(statement)
    except duckdb.Error:
        engine.close()
    else:
        _idle[os.getpid()].append(engine)
