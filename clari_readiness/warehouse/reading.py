"""Asking the warehouse: the gate's questions, over a team's own table, answered by aggregates and offending keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import duckdb

from clari_readiness.errors import WarehouseError
from clari_readiness.model.time import SystemClock
from clari_readiness.warehouse.opening import first_line, open_to_read, patiently
from clari_readiness.warehouse.statements import quoted, render, statement
from clari_readiness.warehouse.tables import Selection, Tables, suggestion
from clari_readiness.warehouse.url import database_path

_HEADER = re.compile(r"^-- (reads|optional): (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Answer:
    """What was asked, word for word, and what came back. `absent` names optional columns that the table lacks."""

    sql: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    absent: tuple[str, ...] = ()

    def dicts(self) -> list[dict[str, Any]]:
        """Return each row as column -> value."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


class WarehouseReader:
    """A read-only connection to a team's warehouse, under our names. Several processes may hold one at once."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, tables: Tables, name: str) -> None:
        self._connection = connection
        self._tables = tables
        self._name = name

    @classmethod
    def open(cls, url: str, tables: Tables, base: Path, *, patience: float = 0.0) -> Self:
        """Open the warehouse at `url`, whose relative path starts at `base`. What stops it is a WarehouseError.

        A writer that has the file delays us by at most `patience` seconds of the machine's time.
        """
        path = database_path(url, base)
        connection = patiently(lambda: open_to_read(path), SystemClock(), patience)
        return cls(connection, tables, str(path))

    def ask(self, name: str, **params: Any) -> Answer:
        """Run `sql/checks/<name>.sql`, in which `forecasts` is the team's table under our names.

        `params` are the statement's own. A table or column that is not there is a WarehouseError that names it.
        Times come back in UTC, with their zone.
        """
        selection = self.selection(f"checks/{name}")
        return self.run(name, self._sql(name, selection), params, absent=selection.absent)

    def run(self, name: str, sql: str, params: Mapping[str, Any], *, absent: tuple[str, ...] = ()) -> Answer:
        """Run a statement that is ready to run; `name` and `absent` are for what is told of it."""
        try:
            cursor = self._connection.execute(sql, dict(params))
            columns = tuple(str(column[0]) for column in cursor.description or ())
            rows = tuple(tuple(_in_utc(value) for value in row) for row in cursor.fetchall())
        except duckdb.Error as error:
            raise WarehouseError(f"{self._name}: the check {name} cannot run: {first_line(error)}") from error
        return Answer(sql, columns, rows, absent)

    def selection(self, name: str) -> Selection:
        """Return the query over the team's table that shows the columns which `sql/<name>.sql` reads."""
        headers = _HEADER.findall(statement(name))
        reads = [ours for kind, columns in headers if kind == "reads" for ours in self._meant(columns)]
        optional = [ours for kind, columns in headers if kind == "optional" for ours in self._meant(columns)]
        return self._tables.selection(reads, optional, self.columns())

    def over(self, tables: Tables) -> WarehouseReader:
        """Return a reader of other tables of the same connection."""
        return WarehouseReader(self._connection, tables, self._name)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _meant(self, columns: str) -> list[str]:
        """Return the columns of a header; `{{grain}}` stands for those of the grain."""
        named = [column.strip() for column in columns.split(",")]
        return [ours for column in named for ours in (self._tables.grain if column == "{{grain}}" else (column,))]

    def _sql(self, name: str, selection: Selection) -> str:
        grain = ", ".join(quoted(column) for column in self._tables.grain)
        return render(f"checks/{name}", {"forecasts": f"forecasts AS ({selection.sql})", "grain": grain})

    def columns(self) -> list[str]:
        """Return the columns of the team's table, by its own names. A table that is not there is a WarehouseError."""
        try:
            described = self._connection.execute(self._tables.description).fetchall()
        except duckdb.CatalogException as error:
            raise self._no_table(error) from error
        except duckdb.Error as error:
            raise WarehouseError(
                f"{self._name}: {self._tables.forecasts} cannot be read: {first_line(error)}"
            ) from error
        return [str(row[0]) for row in described]

    def _no_table(self, error: duckdb.CatalogException) -> WarehouseError:
        there = [str(row[0]) for row in self._connection.execute(statement("relations")).fetchall()]
        if self._tables.forecasts.lower() in {name.lower() for name in there}:  # a view over what is gone
            return WarehouseError(f"{self._name}: {self._tables.forecasts} cannot be read: {first_line(error)}")
        have = ", ".join(there) or "nothing yet"
        return WarehouseError(
            f"{self._name} has no table {self._tables.forecasts}; it has {have}",
            way_out=suggestion(self._tables.forecasts, there, otherwise="name the table in `warehouse.forecasts`"),
        )


def _in_utc(value: Any) -> Any:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value
