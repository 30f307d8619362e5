"""Asking the warehouse: the gate's questions, over a team's own table, answered by aggregates and offending keys."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from clari_readiness.errors import WarehouseError
from clari_readiness.warehouse.columns import Described, Kind
from clari_readiness.warehouse.engines import Engine, open_engine
from clari_readiness.warehouse.statements import quoted, render, statement
from clari_readiness.warehouse.tables import Selection, Tables, some, suggestion

STATEMENT_TIMEOUT = 300.0
"""How many seconds a statement may take, unless `warehouse.timeout` says otherwise."""

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
    """A read-only session with a team's warehouse, under our names. Several processes may hold one at once."""

    def __init__(self, engine: Engine, tables: Tables) -> None:
        self._engine = engine
        self._tables = tables

    @classmethod
    def open(
        cls, url: str, tables: Tables, base: Path, *, patience: float = 0.0, timeout: float = STATEMENT_TIMEOUT
    ) -> Self:
        """Open the warehouse at `url`, whose relative path starts at `base`. What stops it is a WarehouseError.

        A writer that has the file delays us by at most `patience` seconds of the machine's time; a statement is given
        up after `timeout` seconds.
        """
        return cls(open_engine(url, base, patience=patience, timeout=timeout), tables)

    def ask(self, name: str, **params: Any) -> Answer:
        """Run `sql/checks/<name>.sql`, in which `forecasts` is the team's table under our names.

        `params` are the statement's own. A table or column that is not there is a WarehouseError that names it.
        Times come back in UTC, with their zone.
        """
        selection = self.selection(f"checks/{name}")
        return self.run(name, self._sql(name, selection), params, absent=selection.absent)

    def run(self, name: str, sql: str, params: Mapping[str, Any], *, absent: tuple[str, ...] = ()) -> Answer:
        """Run a statement that is ready to run; `name` and `absent` are for what is told of it."""
        ran = self._engine.run(name, sql, params)
        return Answer(ran.sql, ran.columns, ran.rows, absent)

    def selection(self, name: str) -> Selection:
        """Return the query over the team's table that shows the columns which `sql/<name>.sql` reads."""
        headers = _HEADER.findall(statement(name))
        reads = [ours for kind, columns in headers if kind == "reads" for ours in self._meant(columns)]
        optional = [ours for kind, columns in headers if kind == "optional" for ours in self._meant(columns)]
        return self._tables.selection(reads, optional, self._describe())

    def named(self, table: str, columns: Sequence[str]) -> Mapping[str, str]:
        """Return what another table and its columns are called in a statement; empty where one of them is not there."""
        described = self._engine.describe(Tables(table))
        if described is None:
            return {}
        there = {column: described.find(column) for column in columns}
        found = {column: quoted(theirs) for column, theirs in there.items() if theirs is not None}
        return {table: described.relation, **found} if len(found) == len(there) else {}

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the team's table, by its own names."""
        return tuple(self._describe().columns)

    @property
    def inexact_amounts(self) -> Mapping[str, Kind]:
        """The team's amounts that are kept as text or as binary floating point, by our names."""
        return self._tables.inexact(self._describe())

    @property
    def may_hold_ledger(self) -> bool:
        """Whether the reference exporter loads into this engine, so that its ledger could be beside the table."""
        return self._engine.may_hold_ledger

    @property
    def may_write(self) -> str:
        """Who this session is, when that role could write into the team's table; empty otherwise."""
        return self._engine.may_write(self._tables)

    def over(self, tables: Tables) -> WarehouseReader:
        """Return a reader of other tables of the same connection."""
        return WarehouseReader(self._engine, tables)

    def close(self) -> None:
        """Let go of the warehouse."""
        self._engine.close()

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
        # A table of tens of millions of rows is not copied first where the engine can look at what is asked for.
        forecasts = f"forecasts AS NOT MATERIALIZED ({selection.sql})"
        return render(f"checks/{name}", {"forecasts": forecasts, "grain": grain})

    def _describe(self) -> Described:
        described = self._engine.describe(self._tables)
        if described is None:
            raise self._no_table()
        return described

    def _no_table(self) -> WarehouseError:
        there = self._engine.relations()
        have = some(there) or "nothing yet"
        return WarehouseError(
            f"{self._engine.name} has no table {self._tables.forecasts}; it has {have}",
            way_out=suggestion(
                self._tables.forecasts, there, otherwise="make it, or name another one in `warehouse.forecasts`"
            ),
        )
