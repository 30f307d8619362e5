"""What lies staged in a DuckDB of our own, taken over into PostgreSQL in its bulk way, rows in batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import duckdb
from psycopg import sql

from clari_readiness.warehouse.loaders.postgres_session import PostgresSession
from clari_readiness.warehouse.statements import quoted

_BATCH = 20_000
"""How many rows are held as text at once: a few megabytes."""

# What COPY reads as more than a character, and what it stands for.
_ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))


def take_over(here: duckdb.DuckDBPyConnection, there: PostgresSession, tables: Mapping[str, str]) -> None:
    """Make temporary tables there of those staged here: staged table -> the table of ours whose columns it has.

    They last until they are made again, or as long as the session. Raises WarehouseError and `duckdb.Error`.
    """
    for staged, ours in tables.items():
        there.said(_DROPPED.format(sql.Identifier(staged)))
        described = here.execute(f"DESCRIBE {quoted(staged)}").fetchall()
        columns = [str(name) for name, *_ in described]
        there.said(_MADE.format(sql.Identifier(staged), _named(columns), sql.Identifier(ours)))
        there.copied(staged, columns, _lines(here, staged, columns))
        there.said(sql.SQL("ANALYZE {}").format(sql.Identifier(staged)))


_DROPPED = sql.SQL("DROP TABLE IF EXISTS pg_temp.{}")
_MADE = sql.SQL("CREATE TEMPORARY TABLE {} AS SELECT {} FROM {} WITH NO DATA")


def _named(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _lines(here: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str]) -> Iterator[str]:
    """Yield rows as COPY reads them, a batch at a time: DuckDB writes amounts as exact as it keeps them."""
    cells = ", ".join(f"coalesce({_escaped(column)}, '\\N')" for column in columns)
    found = here.execute(f"SELECT concat_ws('\t', {cells}) FROM {quoted(table)}")  # noqa: S608 - quoted
    while rows := found.fetchmany(_BATCH):
        yield "".join(f"{line}\n" for (line,) in rows)


def _escaped(column: str) -> str:
    text = f"CAST({quoted(column)} AS VARCHAR)"
    for character, written in _ESCAPES:
        text = f"replace({text}, '{character}', '{written}')"
    return text
