"""What lies in a DuckDB file, copied to another engine: the same rows in its own types."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4
from zlib import crc32

import duckdb
import psycopg
from psycopg import sql

ENGINES = ("duckdb", "postgres", "sqlite", "snowflake", "bigquery")

PLACES = ("warehouse_at", "scene", "place")
"""The fixtures that put what a test asks about into each of the engines."""

_DEALT = ENGINES[2:]
"""Engines of which a question to the warehouse meets one in `make test`, and all in `make engines`."""

_AS_THEY_ARE = ("VARCHAR", "DOUBLE", "BIGINT", "INTEGER", "BOOLEAN", "DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE")
_POSTGRES = {"VARCHAR": "text", "DOUBLE": "double precision", "TIMESTAMP WITH TIME ZONE": "timestamptz"}

Column = tuple[str, str]


def is_dealt(test: str, engine: str) -> bool:
    """Whether a test that is made for every engine runs in this one: each test has an engine, whatever else runs."""
    if engine not in _DEALT or os.environ.get("ENGINES") == "all":
        return True
    return engine == _DEALT[crc32(test.encode()) % len(_DEALT)]


def tables_of(source: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str, list[Column], list[tuple[Any, ...]]]]:
    """Yield schema, name, columns with their types, and rows of every table and view that a team could have."""
    found = source.execute(
        "SELECT table_schema, table_name FROM information_schema.tables WHERE NOT starts_with(table_name, 'v_')"
    ).fetchall()
    for schema, table in found:
        relation = ".".join('"' + part.replace('"', '""') + '"' for part in (schema, table))
        described = source.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()  # noqa: S608 - quoted
        columns = [(str(name), _plain(str(kind))) for name, kind, *_ in described]
        # A moment with a zone is read as text: as a moment of Python's, DuckDB would want another library for it.
        read_as = [(name, "VARCHAR" if kind.endswith("ZONE") else kind) for name, kind in columns]
        shown = ", ".join(f'CAST("{name}" AS {kind})' for name, kind in read_as)
        rows = source.execute(f"SELECT {shown} FROM {relation}").fetchall()  # noqa: S608 - quoted
        if rows or table in {"clari_forecasts", "export_jobs"}:
            yield schema, table, columns, rows


def _plain(kind: str) -> str:
    return kind if kind in _AS_THEY_ARE or kind.startswith("DECIMAL") else "VARCHAR"


def new_database(server: str) -> str:
    """Return the URL of a database of its own, with nothing in it."""
    name = f"t{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    return server.replace("/postgres?", f"/{name}?")


def into_postgres(source: Path | duckdb.DuckDBPyConnection, server: str) -> str:
    """Return the URL of a database of its own that holds what a DuckDB file does."""
    url = new_database(server)
    with reading(source, "UTC") as connection, psycopg.connect(url) as target:
        for schema, table, columns, rows in tables_of(connection):
            _create(target, "public" if schema == "main" else schema, table, columns, rows)
    return url


def into(engine: str, source: Path | duckdb.DuckDBPyConnection, server: Any) -> str:
    """Return where a server holds what a DuckDB file does. Drivers are loaded where they are needed."""
    if engine == "snowflake":
        from tests.snowflake_server import into_snowflake  # noqa: PLC0415 - see above

        return into_snowflake(source, server)
    if engine == "bigquery":
        from tests.bigquery_server import into_bigquery  # noqa: PLC0415 - see above

        return into_bigquery(source, server)
    return into_postgres(source, server)


@contextmanager
def reading(source: Path | duckdb.DuckDBPyConnection, zone: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a file to read it, or take a connection that is open, with a time zone for what has one."""
    with duckdb.connect(source, read_only=True) if isinstance(source, Path) else nullcontext(source) as connection:
        connection.execute(f"SET TimeZone = '{zone}'")
        yield connection


def _create(
    target: psycopg.Connection[Any], schema: str, table: str, columns: Sequence[Column], rows: Sequence[Any]
) -> None:
    relation = sql.Identifier(schema, table)
    typed = [
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(_POSTGRES.get(kind, kind)))  # type: ignore[arg-type]
        for name, kind in columns
    ]
    target.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
    target.execute(sql.SQL("CREATE TABLE {} ({})").format(relation, sql.SQL(", ").join(typed)))
    with target.cursor() as cursor, cursor.copy(sql.SQL("COPY {} FROM STDIN").format(relation)) as copy:
        for row in rows:
            copy.write_row(row)


def into_sqlite(source: Path | duckdb.DuckDBPyConnection, target: Path) -> str:
    """Return the URL of a SQLite file that holds what a DuckDB file does; there are no schemas in it."""
    target.unlink(missing_ok=True)
    with (
        reading(source, "Europe/Paris") as read,  # so that what has a zone is written with another one than UTC
        closing(sqlite3.connect(target)) as connection,
        connection,
    ):
        for _, table, columns, rows in tables_of(read):
            name = '"' + table.replace('"', '""') + '"'
            typed = ", ".join(f'"{column}" {kind.removesuffix(" WITH TIME ZONE")}' for column, kind in columns)
            connection.execute(f"CREATE TABLE {name} ({typed})")
            marks = ", ".join("?" * len(columns))
            connection.executemany(f"INSERT INTO {name} VALUES ({marks})", [tuple(map(_kept, row)) for row in rows])  # noqa: S608 - quoted
    return f"sqlite:///{target}"


def _kept(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
