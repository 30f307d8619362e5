"""A DuckDB or SQLite file for each scenario."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from clari_readiness.errors import NotVerified, WarehouseError
from clari_readiness.trial.rows import Mapped, Rows, gathered
from clari_readiness.trial.warehouses.seam import NOT_IN_A_FILE, WORK, Breaker, Done, Moment, ScenarioWarehouse
from clari_readiness.warehouse.attaching import attach
from clari_readiness.warehouse.statements import quoted, statement

_SMALL_FILE = 8192


@dataclass(frozen=True)
class Files:
    """A file for each scenario: `engine` is duckdb or sqlite, `name` what it is called."""

    engine: str = "duckdb"
    name: str = "warehouse.duckdb"
    spared: Mapping[Done, str] = field(default_factory=lambda: NOT_IN_A_FILE, init=False)
    work: float = field(default=WORK, init=False)

    @property
    def shown(self) -> tuple[str, str]:
        """URL and path, whose directory is made for the run."""
        path = Path("/DIRECTORY OF THE TRIAL/warehouse") / self.name
        return f"{self.engine}:///{path}", str(path)

    def prepare(self) -> None:
        """Do nothing: what is left behind goes with its directory."""

    @contextmanager
    def made(self, directory: Path) -> Iterator[ScenarioWarehouse]:
        """Make a directory for the file, which the exporter makes."""
        path = directory / "warehouse" / self.name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield FileWarehouse(self.engine, path)


@dataclass(frozen=True)
class FileWarehouse:
    """A file, and the journals beside it, whose names begin with its own."""

    engine: str
    path: Path
    secrets: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """`duckdb:////path`."""
        return f"{self.engine}:///{self.path}"

    def rows(self, mapped: Mapped) -> Rows:
        """Return the rows, none when there is no such file; one that cannot be read is a WarehouseError."""
        if not self.path.exists():
            return Rows()
        with _opened(self.path) as database:
            return gathered(database, mapped)

    def seen(self) -> object:
        """Return what can be seen of the files without reading them."""
        found = set()
        for path in self.path.parent.glob(f"{self.path.name}*"):
            try:
                there = path.stat()
            except FileNotFoundError:
                continue
            if path.is_file():
                found.add((path.name, there.st_size, there.st_mtime_ns))
        return frozenset(found)

    @contextmanager
    def full(self) -> Iterator[int]:
        """Give the size beyond which a run may write no file."""
        yield _SMALL_FILE

    def breaker(self, moment: Moment, mapped: Mapped) -> Breaker:  # noqa: ARG002 - as in a server
        """Raise NotVerified: no scenario asks for it."""
        raise NotVerified(NOT_IN_A_FILE["breaker"])


@contextmanager
def _opened(path: Path) -> Iterator[_DuckDB | _SQLite]:
    """Open a copy, with the journals beside it: what a killed process left is judged as the next one would find it."""
    with tempfile.TemporaryDirectory(prefix="trial-rows-") as scratch:
        for each in path.parent.glob(f"{path.name}*"):
            if each.is_file() and not each.name.endswith(("-shm", ".lock")):
                shutil.copyfile(each, Path(scratch) / each.name)
        copy = Path(scratch) / path.name
        try:
            with closing(_connected(copy)) as database:
                yield database
        except (duckdb.Error, sqlite3.Error) as error:
            said = str(error).partition("\n")[0]
            raise WarehouseError(f"{path.name}: the exporter's warehouse cannot be read: {said}") from error


def _connected(path: Path) -> _DuckDB | _SQLite:
    with path.open("rb") as file:
        is_sqlite = file.read(16) == b"SQLite format 3\0"
    return _SQLite(path) if is_sqlite else _DuckDB(path)


class _DuckDB:
    def __init__(self, path: Path) -> None:
        self._file = attach(path, read_only=False, memory_limit=None, spill=path.with_name("spill"))
        self._connection = self._file.connection

    def relations(self) -> Sequence[str]:
        return [name for (name,) in self._connection.execute(statement("relations")).fetchall()]

    def columns(self, table: str) -> Sequence[str]:
        try:
            described = self._connection.execute(f"DESCRIBE {_relation(table)}").fetchall()
        except duckdb.CatalogException:
            return ()
        return [name for name, *_ in described]

    def select(self, table: str, columns: Sequence[str]) -> Sequence[Sequence[Any]]:
        # As text, which is exact: times with a zone would need another library to become Python's.
        texts = ", ".join(f"CAST({quoted(column)} AS VARCHAR)" for column in columns)
        return self._connection.execute(f"SELECT {texts} FROM {_relation(table)}").fetchall()  # noqa: S608 - quoted

    def close(self) -> None:
        self._file.close()


class _SQLite:
    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path)

    def relations(self) -> Sequence[str]:
        named = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name"
        return [name for (name,) in self._connection.execute(named).fetchall()]

    def columns(self, table: str) -> Sequence[str]:
        found = self._connection.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
        return [name for (name,) in found]

    def select(self, table: str, columns: Sequence[str]) -> Sequence[Sequence[Any]]:
        names = ", ".join(map(quoted, columns))
        return self._connection.execute(f"SELECT {names} FROM {_relation(table)}").fetchall()  # noqa: S608 - quoted

    def close(self) -> None:
        self._connection.close()


def _relation(table: str) -> str:
    return ".".join(quoted(part) for part in table.split("."))
