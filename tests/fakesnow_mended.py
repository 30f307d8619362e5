"""What fakesnow does otherwise than Snowflake, as far as loading meets it, mended."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

import duckdb
import pyarrow as pa

# fakesnow keeps arrays as documents, which its own functions of arrays do not take.
_OF_ARRAYS = {
    re.compile(r"ARRAY_APPEND\("): "_fs_global.main.array_and(",
    re.compile(r"ARRAY_CONTAINS\(CAST\(('[^']*') AS VARIANT\), ([^()]*)\)"): r"_fs_global.main.array_has(\2, \1)",
}
_MACROS = """
    CREATE OR REPLACE MACRO _fs_global.main.array_and(list, value) AS
        to_json(list_append(CAST(list AS VARCHAR[]), value));
    CREATE OR REPLACE MACRO _fs_global.main.array_has(list, value) AS
        list_contains(CAST(list AS VARCHAR[]), value);
"""

_NOT_GUESSED = {
    "sep": ",",
    "escape": '"',
    "new_line": r"\n",
    "comment": "",
    "all_varchar": True,
    "allow_quoted_nulls": False,
}
"""What DuckDB would otherwise find out from a file: which characters mean something, and what is a number."""


def with_arrays(sql: str) -> str:
    """Return a statement whose functions of arrays are those that `mend` makes."""
    for pattern, meant in _OF_ARRAYS.items():
        sql = pattern.sub(meant, sql)
    return sql


def mend(connection: duckdb.DuckDBPyConnection) -> None:
    """Mend fakesnow in this process, and what lies in its DuckDB."""
    connection.execute(_MACROS)
    _mend_modules()


@cache
def _mend_modules() -> None:
    arrow: Any = import_module("fakesnow.arrow")
    arrow.timestamp_to_sf_struct = _with_nulls(arrow.timestamp_to_sf_struct)
    csv: Any = import_module("fakesnow.copy_into").ReadCSV
    csv.read_expression = _told_apart(csv.read_expression)
    schema: Any = import_module("fakesnow.info_schema")
    schema.insert_table_comment_sql = _said_of_tables(schema.insert_table_comment_sql)
    schema.insert_text_lengths_sql = _said_of_tables(schema.insert_text_lengths_sql)
    cursor: Any = import_module("fakesnow.cursor").FakeSnowflakeCursor
    cursor._describe_last_sql = _as_named(cursor._describe_last_sql)


def _with_nulls(struct: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Give a moment that is NULL as one, and not as 1970."""

    def given(moments: Any) -> Any:
        found = struct(moments)
        nulls = moments.combine_chunks() if isinstance(moments, pa.ChunkedArray) else moments
        fields = [found.type.field(at) for at in range(found.type.num_fields)]
        return pa.StructArray.from_arrays(found.flatten(), fields=fields, mask=nulls.is_null())

    return given


def _told_apart(read: Callable[..., Any]) -> Callable[..., Any]:
    """Take a file as Snowflake would, and never as DuckDB guesses: an empty text is NULL only without its quotes."""

    def expression(of: Any, url: str) -> Any:
        reading = read(of, url)
        for option, value in _NOT_GUESSED.items():
            reading.append("expressions", of.make_eq(option, value))
        return reading

    return expression


def _said_of_tables(said: Callable[..., str]) -> Callable[..., str]:
    """Write down nothing of the temporary table that fakesnow makes for each MERGE.

    It would be in another database, which DuckDB refuses within a transaction.
    """

    def written(catalog: str, schema: str, table: str, what: Any) -> str:
        return "SELECT 1" if table.lower() == "merge_candidates" else said(catalog, schema, table, what)

    return written


def _as_named(describe: Callable[[Any], list[Any]]) -> Callable[[Any], list[Any]]:
    """Call columns as the answer does: DuckDB describes "a" of (SELECT "A" AS "a") as "A"."""

    def described(cursor: Any) -> list[Any]:
        rows, names = describe(cursor), cursor._arrow_table.schema.names
        pairs = zip(rows, names, strict=True) if len(rows) == len(names) else ()
        same = [(name, *row[1:]) for row, name in pairs if row[0].lower() == name.lower()]
        return same if len(same) == len(rows) else rows

    return described
