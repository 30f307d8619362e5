"""SQLite, which comes with Python. What it has no types for, moments and decimals, functions of ours stand in for."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlglot
from sqlglot import exp

from clari_readiness.errors import WarehouseError
from clari_readiness.warehouse.columns import Described, Kind
from clari_readiness.warehouse.engines.engine import Engine, Ran, limited
from clari_readiness.warehouse.engines.rendering import Dialect
from clari_readiness.warehouse.engines.sqlite_values import Functions, kept, told
from clari_readiness.warehouse.opening import existing
from clari_readiness.warehouse.statements import quoted, statement
from clari_readiness.warehouse.tables import Tables
from clari_readiness.warehouse.url import file_of

_STEPS = 100_000
"""How many of its own instructions SQLite runs between two looks at the clock: some milliseconds."""

_MOMENTS = (exp.DType.TIMESTAMP, exp.DType.TIMESTAMPNTZ, exp.DType.TIMESTAMPTZ)


_COLUMNS: exp.Expr = (
    sqlglot.parse_one(
        "SELECT * FROM (SELECT 'main' AS table_schema, m.name AS table_name, c.name AS column_name"
        " FROM sqlite_master AS m INNER JOIN pragma_table_info(m.name) AS c) AS columns",
        read="sqlite",
    )
    .args["from_"]
    .this
)
"""What information_schema.columns is elsewhere."""
_HASH = "clari_hash"


def _call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))


def _rewrite(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Sum) and node.this.name == _HASH:
        return _call("clari_content", *node.this.expressions)
    if isinstance(node, exp.GroupConcat) and isinstance(node.this, exp.Order):
        return _call("clari_together", node.this.this)
    if isinstance(node, exp.Cast):
        return _cast(node)
    if isinstance(node, exp.Table) and node.db == "information_schema":
        return _COLUMNS.copy()
    return _function(node)


def _function(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.TimeToUnix) and isinstance(node.this, exp.Sub):
        return exp.Sub(this=_call("clari_seconds", node.this.left), expression=_call("clari_seconds", node.this.right))
    if isinstance(node, exp.StartsWith):
        start = node.expression
        return exp.EQ(
            this=_call("substr", node.this, exp.Literal.number(1), exp.Literal.number(len(start.name))),
            expression=start,
        )
    return node


def _cast(node: exp.Cast) -> exp.Expr:
    kind = node.to.this
    if isinstance(node.this, exp.Anonymous) and node.this.name.lower() == "hash":
        return _call(_HASH, *node.this.expressions)
    if kind in _MOMENTS:
        return _call("clari_moment", node.this)
    if kind == exp.DType.DECIMAL:
        return _call("clari_decimal", node.this, exp.Literal.number(node.to.expressions[1].name))
    return node


DIALECT = Dialect("sqlite", ":{}", _rewrite)


class SQLiteEngine:
    """A connection to a SQLite file, which it cannot change."""

    may_hold_ledger = False

    def __init__(self, connection: sqlite3.Connection, name: str, timeout: float) -> None:
        self._connection = connection
        self._name = name
        self._timeout = timeout
        self._functions = Functions.of(connection)

    @property
    def name(self) -> str:
        """The file's path."""
        return self._name

    def run(self, check: str, sql: str, params: Mapping[str, Any]) -> Ran:
        """Run a statement."""
        rendered = DIALECT.render(sql, params)
        given = {name: kept(value) for name, value in rendered.params.items()}
        until = time.monotonic() + self._timeout
        self._connection.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
        self._functions.problem = ""
        try:
            cursor = self._connection.execute(rendered.sql, given)
            columns = tuple(str(column[0]) for column in cursor.description or ())
            rows = tuple(tuple(map(told, columns, row)) for row in limited(cursor, self._name, check))
        except sqlite3.Error as error:
            raise self._explained(check, error, late=time.monotonic() > until) from error
        return Ran(rendered.sql, columns, rows)

    def describe(self, tables: Tables) -> Described | None:
        """Return the table or view of that name, which SQLite finds in upper or lower case."""
        *schema, table = tables.parts
        if schema not in ([], ["main"]):
            return None
        try:
            found = self._connection.execute(statement("engines/sqlite/columns"), {"table": table}).fetchall()
        except sqlite3.Error as error:
            raise self._explained("columns", error, late=False) from error
        # With its schema it is never one of a statement's own names, which may be the same.
        return Described(f"main.{quoted(table)}", {name: _kind(kind) for name, kind in found}) if found else None

    def relations(self) -> tuple[str, ...]:
        """Return every table and view."""
        return tuple(str(row[0]) for row in self._connection.execute(statement("engines/sqlite/relations")))

    def may_write(self, tables: Tables) -> str:  # noqa: ARG002 - there are no roles here
        """Return nothing: a file has no roles, and it was opened to be read."""
        return ""

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _explained(self, check: str, error: sqlite3.Error, *, late: bool) -> WarehouseError:
        if late and "interrupted" in str(error):
            return WarehouseError(
                f"{self._name}: the check {check} had no answer within {self._timeout:g} s",
                way_out="raise `warehouse.timeout`",
            )
        return WarehouseError(f"{self._name}: the check {check} cannot run: {self._functions.problem or error}")


def connect(url: str, base: Path, *, patience: float, timeout: float) -> Engine:
    """Open the file of `sqlite:///path` to read it; a writer that has it delays us by at most `patience` seconds."""
    path = existing(file_of(url, base))
    try:
        connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=patience)
        connection.execute(statement("engines/sqlite/relations")).fetchall()
    except sqlite3.DatabaseError as error:
        said = "this file is no SQLite database" if "not a database" in str(error) else f"cannot be opened: {error}"
        raise WarehouseError(f"{path}: {said}", way_out="mend `warehouse.url`") from error
    return SQLiteEngine(connection, str(path), timeout)


def _kind(declared: str) -> Kind:
    """Return how a column of a declared type keeps its values: what it is declared to be decides little more."""
    word = declared.upper()
    if any(part in word for part in ("CHAR", "CLOB", "TEXT")):
        return Kind.TEXT
    if any(part in word for part in ("REAL", "FLOA", "DOUB")):
        return Kind.FLOAT
    return Kind.EXACT if any(part in word for part in ("INT", "DECIMAL", "NUMERIC")) else Kind.OTHER
