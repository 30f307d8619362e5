"""PostgreSQL, through psycopg: each statement in a transaction of its own, which can only read."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import psycopg
from psycopg.rows import tuple_row
from sqlglot import exp

from clari_readiness.errors import WarehouseError
from clari_readiness.redact import without_credentials
from clari_readiness.warehouse.columns import Described, Kind
from clari_readiness.warehouse.engines.engine import Engine, Ran, Row, limited
from clari_readiness.warehouse.engines.rendering import Dialect
from clari_readiness.warehouse.statements import quoted, statement
from clari_readiness.warehouse.tables import Tables

_APPLICATION = "clari-readiness"
_CONNECT_TIMEOUT = 10
_LONGEST_NAME = 63
_WORK_MEM = "64MB"
"""For each sort and each hash, unless the server gives more: with its usual 4 MB, millions of keys go to its disk."""
_NAMES_A_SCHEMA = re.compile(r"[?&](current)?schema=", re.IGNORECASE)
"""As other clients' URLs do."""
_KINDS = MappingProxyType(
    {
        **dict.fromkeys(("text", "varchar", "bpchar", "citext", "name"), Kind.TEXT),
        **dict.fromkeys(("int2", "int4", "int8", "numeric"), Kind.EXACT),
        **dict.fromkeys(("float4", "float8"), Kind.FLOAT),
        **dict.fromkeys(("timestamp", "timestamptz"), Kind.MOMENT),
    }
)


def _rewrite(node: exp.Expr) -> exp.Expr:
    """Hash what DuckDB hashes: a record's hash is that of its values, whatever scale a number is written with."""
    if isinstance(node, exp.Cast) and isinstance(node.this, exp.Anonymous) and node.this.name.lower() == "hash":
        record = exp.Anonymous(this="ROW", expressions=node.this.expressions)
        return exp.Anonymous(this="hash_record_extended", expressions=[record, exp.Literal.number(0)])
    return node


DIALECT = Dialect("postgres", "%({})s", _rewrite, percent="%%", inlines=True)


class PostgresEngine:
    """A session with a PostgreSQL server."""

    may_hold_ledger = True

    def __init__(self, connection: psycopg.Connection[Any], name: str, timeout: float) -> None:
        self._connection = connection
        self._name = name
        self._timeout = timeout

    @property
    def name(self) -> str:
        """The server and the database, without user and password."""
        return self._name

    def run(self, check: str, sql: str, params: Mapping[str, Any]) -> Ran:
        """Run a statement; the server's log and pg_stat_activity have the check's name in application_name."""
        rendered = DIALECT.render(sql, params)
        with self._reading(check), self._connection.cursor(row_factory=tuple_row) as cursor:
            # Streamed: PostgreSQL plans nothing in parallel for a cursor of its own, a DECLARE.
            streamed = cast("Generator[Row]", cursor.stream(rendered.sql, dict(rendered.params)))
            with closing(streamed):  # or what was not read yet holds the session
                rows = tuple(tuple(map(_in_utc, row)) for row in limited(streamed, self._name, check))
            if not rows:  # none has told its columns
                nothing = f"SELECT * FROM ({rendered.sql}) AS asked LIMIT 0"  # noqa: S608 - the statement itself
                cursor.execute(nothing, dict(rendered.params))
            columns = tuple(column.name for column in cursor.description or ())
        return Ran(rendered.sql, columns, rows)

    def describe(self, tables: Tables) -> Described | None:
        """Return the table or view of that name: the same, or the one that differs in upper and lower case alone."""
        found = self._columns(tables)
        named = dict.fromkeys((row[0], row[1]) for row in found)
        exact = [each for each in named if each[1] == tables.parts[-1]]
        for schema, table in [*exact, *named][:1]:
            columns = {row[2]: _KINDS.get(row[3], Kind.OTHER) for row in found if (row[0], row[1]) == (schema, table)}
            return Described(f"{quoted(schema)}.{quoted(table)}", columns)
        return None

    def relations(self) -> tuple[str, ...]:
        """Return every table and view that this role may read, with its schema unless that is searched anyway."""
        return tuple(str(row[0]) for row in self._catalogue("relations", {}))

    def may_write(self, tables: Tables) -> str:
        """Return the role when it may change rows of the table."""
        described = self.describe(tables)
        rows = self._catalogue("rights", {"relation": described.relation}) if described else []
        return next((f"the role {role}" for role, may in rows if may), "")

    def close(self) -> None:
        """End the session."""
        self._connection.close()

    def _columns(self, tables: Tables) -> list[tuple[Any, ...]]:
        *schema, table = tables.parts
        asked = {
            "schema": schema[-1] if schema else None,
            "table": table,
            "database": schema[0] if schema[1:] else None,
        }
        return self._catalogue("columns", asked) if len(schema) <= 2 else []

    def _catalogue(self, name: str, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        with self._reading(name):
            return self._connection.execute(statement(f"engines/postgres/{name}"), dict(params)).fetchall()

    @contextmanager
    def _reading(self, check: str) -> Iterator[None]:
        """Open a transaction that only reads, in UTC, and set what it takes for as long as that lasts.

        Nothing is set for the session: behind a pooler it is somebody else's the moment after.
        """
        tag = f"{_APPLICATION}: {check}"[:_LONGEST_NAME]
        milliseconds = str(round(self._timeout * 1_000))
        try:
            with self._connection.transaction():
                self._connection.execute(
                    "SELECT set_config('application_name', %s, true), set_config('statement_timeout', %s, true),"
                    " set_config('TimeZone', 'UTC', true), set_config('work_mem', greatest("
                    " pg_size_bytes(current_setting('work_mem')), pg_size_bytes(%s)) / 1024 || 'kB', true)",
                    (tag, milliseconds, _WORK_MEM),
                )
                yield
        except psycopg.Error as error:
            raise self._explained(check, error) from error

    def _explained(self, check: str, error: psycopg.Error) -> WarehouseError:
        if isinstance(error, psycopg.errors.QueryCanceled):
            return WarehouseError(
                f"{self._name}: the check {check} had no answer within {self._timeout:g} s",
                way_out="raise `warehouse.timeout`, or index exported_at",
            )
        if isinstance(error, psycopg.errors.InsufficientPrivilege):
            said = f"{self._name}: the check {check} may not read this: {first_line(error)}"
            way_out = "grant SELECT on it, and USAGE on its schema, to the role of `warehouse.url`"
            return WarehouseError(said, way_out=way_out)
        return WarehouseError(f"{self._name}: the check {check} cannot run: {first_line(error)}")


def connect(url: str, base: Path, *, patience: float, timeout: float) -> Engine:  # noqa: ARG001 - readers wait for nobody
    """Open a session with the server at `postgresql://user@host:port/database`. What stops it is a WarehouseError."""
    connection = connected(url)
    connection.read_only = True
    return PostgresEngine(connection, name_of(url), timeout)


def name_of(url: str) -> str:
    """Return the server and the database, without user and password."""
    return without_credentials(url).partition("?")[0]


def connected(url: str, *, autocommit: bool = False) -> psycopg.Connection[Any]:
    """Connect with the server at a URL. What stops it is a WarehouseError, which repeats no part of the password."""
    try:
        return psycopg.connect(
            url, connect_timeout=_CONNECT_TIMEOUT, application_name=_APPLICATION, autocommit=autocommit
        )
    except psycopg.OperationalError as error:
        failure = _refused(name_of(url), str(error))
    except psycopg.ProgrammingError:  # what it says repeats parts of the URL
        failure = _unreadable(url)
    raise failure  # out here, so that no traceback chains back to the URL


def _unreadable(url: str) -> WarehouseError:
    if _NAMES_A_SCHEMA.search(url):
        return WarehouseError(
            "the warehouse's url says `schema`, which PostgreSQL does not read",
            way_out="name the schema that is searched: ?options=-csearch_path%3Danalytics",
        )
    return WarehouseError(
        "the warehouse's url is not one that PostgreSQL reads",
        way_out="write it like postgresql://user@host:5432/database, special characters as %40 and the like",
    )


def _refused(name: str, said: str) -> WarehouseError:
    line = " ".join(said.split())
    refusal = re.search(r"(?:FATAL|fe_sendauth):\s+(.*)", line)
    if refusal is None:
        return WarehouseError(
            f"{name} cannot be reached: {_cause(line)}", way_out="look at host and port in `warehouse.url`"
        )
    if "password" in refusal[1]:
        return WarehouseError(
            f"{name}: {refusal[1]}", way_out="look at what `warehouse.url` refers to; PGPASSWORD and ~/.pgpass work too"
        )
    return WarehouseError(f"{name}: {refusal[1]}", way_out="look at user and database in `warehouse.url`")


def _cause(line: str) -> str:
    """Return the last of what libpq says: before it stands which addresses it tried."""
    return line.rpartition("failed: ")[2] or line


def first_line(error: psycopg.Error) -> str:
    """Return the first line of what the server, or the driver, says."""
    return (error.diag.message_primary or str(error)).partition("\n")[0]


def _in_utc(value: Any) -> Any:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value
