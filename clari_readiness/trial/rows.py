"""What an exporter left in its warehouse: the rows of its tables, under our names, whatever it calls them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any, Protocol

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
    """The rows of each table, by our names, and the optional columns it lacks; a table that is not there is empty.

    `relations` are the names of all tables and views that are there, where that of forecasts is not.
    """

    tables: Mapping[str, tuple[Row, ...]] = field(default_factory=lambda: MappingProxyType({}))
    absent: frozenset[str] = frozenset()
    relations: tuple[str, ...] = ()

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


class Database(Protocol):
    """A database that is open, as far as its rows are read."""

    def relations(self) -> Sequence[str]:
        """Return the names of all tables and views."""
        ...

    def columns(self, table: str) -> Sequence[str]:
        """Return a table's columns, none when it is not there."""
        ...

    def select(self, table: str, columns: Sequence[str]) -> Sequence[Sequence[Any]]:
        """Return these columns of every row: amounts and moments as they are, or as exact text."""
        ...


def gathered(database: Database, mapped: Mapped) -> Rows:
    """Return the rows of a database; a table that lacks a column it must have is a WarehouseError."""
    tables: dict[str, tuple[Row, ...]] = {}
    absent: set[str] = set()
    for ours, columns in COLUMNS.items():
        names = mapped.get(ours, TableNames(ours))
        there = database.columns(names.name)
        if there:
            chosen = _chosen(ours, columns, names, there)
            absent |= set(columns) - set(chosen)
            tables[ours] = tuple(_rows(database.select(names.name, tuple(chosen.values())), tuple(chosen)))
    relations = () if FORECASTS in tables else tuple(database.relations())
    return Rows(tables, frozenset(absent), relations)


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
