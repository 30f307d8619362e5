"""What an exporter left in its warehouse: the rows of its tables, under our names, whatever it calls them."""

from __future__ import annotations

import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import duckdb

from clari_readiness.errors import WarehouseError

FORECASTS = "clari_forecasts"
AUDIT_EVENTS = "audit_events"
OPPORTUNITIES = "opportunities"

AMOUNTS: Mapping[str, str] = MappingProxyType(
    {"forecast": "forecast_amount", "quota": "quota_amount", "crm_closed": "crm_closed"}
)
"""Type to export -> column of `clari_forecasts`."""

KEY = ("forecast_name", "time_period", "time_frame_id", "user_id", "field_id", "currency")

COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        FORECASTS: (*KEY, "owner_name", "owner_email", *AMOUNTS.values(), "exported_at", "job_id"),
        AUDIT_EVENTS: ("event_timestamp", "actor_id", "session_id", "event"),
        OPPORTUNITIES: ("opportunity_id", "score"),
    }
)
"""Our name of each table that a trial reads -> our names of its columns."""

OPTIONAL = frozenset({"currency", "exported_at", "job_id", "score", "owner_name", "owner_email"})
_MOMENTS = frozenset({"exported_at", "event_timestamp"})
_EPOCH = re.compile(r"\d{9,13}(\.\d+)?")
_NUMBERS = frozenset({*AMOUNTS.values(), "score"})

Row = Mapping[str, Any]


@dataclass(frozen=True)
class TableNames:
    """What an exporter calls a table, and those of its columns that it calls other than we do (ours -> its)."""

    name: str
    columns: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


Mapped = Mapping[str, TableNames]
"""Our name of a table -> the exporter's; a table that is not in it is called as we do."""


@dataclass(frozen=True)
class Rows:
    """The rows of each table, by our names, and the optional columns it lacks; a table that is not there is empty."""

    tables: Mapping[str, tuple[Row, ...]] = field(default_factory=lambda: MappingProxyType({}))
    absent: frozenset[str] = frozenset()

    @property
    def forecasts(self) -> tuple[Row, ...]:
        """Return the rows of forecasts."""
        return self.tables.get(FORECASTS, ())

    @property
    def audit_events(self) -> tuple[Row, ...]:
        """Return the audit events."""
        return self.tables.get(AUDIT_EVENTS, ())

    @property
    def opportunities(self) -> tuple[Row, ...]:
        """Return the opportunities."""
        return self.tables.get(OPPORTUNITIES, ())


def read_rows(path: Path, mapped: Mapped) -> Rows:
    """Return the rows of a DuckDB or SQLite file; none when there is no such file.

    A file that cannot be read, or a table that lacks a column it must have, is a WarehouseError.
    """
    if not path.exists():
        return Rows()
    tables: dict[str, tuple[Row, ...]] = {}
    absent: set[str] = set()
    with _opened(path) as database:
        for ours, columns in COLUMNS.items():
            names = mapped.get(ours, TableNames(ours))
            there = database.columns(names.name)
            if there:
                chosen = _chosen(ours, columns, names, there)
                absent |= set(columns) - set(chosen)
                tables[ours] = tuple(_rows(database.select(names.name, tuple(chosen.values())), tuple(chosen)))
    return Rows(tables, frozenset(absent))


class _Database(Protocol):
    def columns(self, table: str) -> Sequence[str]:
        """Return a table's columns, none when it is not there."""
        ...

    def select(self, table: str, columns: Sequence[str]) -> Sequence[Sequence[Any]]:
        """Return these columns of every row."""
        ...


@contextmanager
def _opened(path: Path) -> Iterator[_Database]:
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
        self._connection = duckdb.connect(path)
        self._connection.execute("SET TimeZone = 'UTC'")

    def columns(self, table: str) -> Sequence[str]:
        try:
            described = self._connection.execute(f"DESCRIBE {_relation(table)}").fetchall()
        except duckdb.CatalogException:
            return ()
        return [name for name, *_ in described]

    def select(self, table: str, columns: Sequence[str]) -> Sequence[Sequence[Any]]:
        # As text, which is exact: times with a zone would need another library to become Python's.
        texts = ", ".join(f"CAST({_quoted(column)} AS VARCHAR)" for column in columns)
        return self._connection.execute(f"SELECT {texts} FROM {_relation(table)}").fetchall()  # noqa: S608 - quoted

    def close(self) -> None:
        self._connection.close()


class _SQLite:
    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path)

    def columns(self, table: str) -> Sequence[str]:
        found = self._connection.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
        return [name for (name,) in found]

    def select(self, table: str, columns: Sequence[str]) -> Sequence[Sequence[Any]]:
        names = ", ".join(map(_quoted, columns))
        return self._connection.execute(f"SELECT {names} FROM {_relation(table)}").fetchall()  # noqa: S608 - quoted

    def close(self) -> None:
        self._connection.close()


def _relation(table: str) -> str:
    return ".".join(_quoted(part) for part in table.split("."))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _chosen(ours: str, columns: Sequence[str], names: TableNames, there: Sequence[str]) -> dict[str, str]:
    """Return our name -> the exporter's, of the columns that are there."""
    known = {name.lower(): name for name in there}
    theirs = {column: names.columns.get(column, column) for column in columns}
    chosen = {column: known[name.lower()] for column, name in theirs.items() if name.lower() in known}
    missing = [each for each in columns if each not in chosen and (each not in OPTIONAL or each in names.columns)]
    if missing:
        lacks = ", ".join(theirs[column] for column in missing)
        mapping = ", ".join(f'{column} = "..."' for column in missing)
        raise WarehouseError(
            f"{names.name} has no column {lacks}; it has {', '.join(there)}",
            way_out=f"say what it calls them: trial.tables.{ours}.columns = {{ {mapping} }}",
        )
    return chosen


def _rows(found: Sequence[Sequence[Any]], columns: Sequence[str]) -> Iterator[Row]:
    for values in found:
        yield {name: _value(name, value) for name, value in zip(columns, values, strict=True)}


def _value(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _MOMENTS:
        return _moment(value)
    return _number(value) if name in _NUMBERS else str(value)


def _moment(value: Any) -> Any:
    """Return a moment in UTC; what cannot be read as one stays as it is."""
    text = str(value)
    try:
        if _EPOCH.fullmatch(text):
            # Seconds since 1970 have ten digits for some centuries yet; more are milliseconds.
            return datetime.fromtimestamp(float(text) / (1000 if float(text) > 1e11 else 1), UTC)
        read = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return text
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


def _number(value: Any) -> Any:
    """Return an exact number; what is none stays as it is, and equals nothing true."""
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value).strip())
    except InvalidOperation:
        return str(value)
    return number
