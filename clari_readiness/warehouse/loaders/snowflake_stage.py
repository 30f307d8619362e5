"""What lies staged in a DuckDB of our own, taken over into Snowflake in its bulk way: files into a stage, and COPY."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import duckdb

from clari_readiness.errors import WarehouseError
from clari_readiness.warehouse.loaders.snowflake_session import SnowflakeSession
from clari_readiness.warehouse.statements import quoted

_WRITTEN = (
    "(FORMAT csv, HEADER false, DELIMITER ',', QUOTE '\"', ESCAPE '\"', NULLSTR '', FORCE_QUOTE ({texts}),"
    " TIMESTAMPFORMAT '%Y-%m-%d %H:%M:%S.%f', COMPRESSION gzip, FILE_SIZE_BYTES '32MB')"
)
"""How DuckDB writes files: amounts as exact as it keeps them, an empty text in quotes, NULL without."""

_READ = (
    "FILE_FORMAT = (TYPE = CSV COMPRESSION = GZIP FIELD_OPTIONALLY_ENCLOSED_BY = '\"' EMPTY_FIELD_AS_NULL = TRUE"
    " NULL_IF = () ESCAPE_UNENCLOSED_FIELD = NONE) ON_ERROR = ABORT_STATEMENT PURGE = TRUE FORCE = TRUE"
)
"""How Snowflake reads them: no character in a text means anything but itself, and all of a file or nothing."""


def take_over(
    here: duckdb.DuckDBPyConnection, there: SnowflakeSession, tables: Mapping[str, str], scratch: Path
) -> None:
    """Make temporary tables there of those staged here: staged table -> the table of ours whose columns it has.

    They last until they are made again, or as long as the session; making one commits a transaction. Files are written
    into `scratch`. Raises WarehouseError and `duckdb.Error`.
    """
    for staged, ours in tables.items():
        columns = {str(name): str(kind) for name, kind, *_ in here.execute(f"DESCRIBE {quoted(staged)}").fetchall()}
        named = ", ".join(quoted(name.upper()) for name in columns)
        there.said(f"CREATE OR REPLACE TEMPORARY TABLE {staged} AS SELECT {named} FROM {ours} WHERE FALSE")  # noqa: S608 - ours
        rows, directory = _written(here, staged, columns, scratch)
        if rows:
            _copied(there, staged, directory, rows)
        shutil.rmtree(directory)


def _written(
    here: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str], scratch: Path
) -> tuple[int, Path]:
    """Return how many rows were written, and the directory of their files: no two have the same name."""
    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    directory = scratch / uuid4().hex
    texts = ", ".join(quoted(name) for name, kind in columns.items() if kind in ("VARCHAR", "JSON"))
    target = str(directory).replace("'", "''")
    written = here.execute(f"COPY {quoted(table)} TO '{target}' {_WRITTEN.format(texts=texts)}").fetchall()
    return int(written[0][0]), directory


def _copied(there: SnowflakeSession, table: str, directory: Path, rows: int) -> None:
    """Upload files and load them; a number of rows other than that which was written is a WarehouseError."""
    stage = f"@%{table}/{directory.name}"
    for file in sorted(directory.iterdir()):
        there.put(file, stage)
    loaded = there.said(f"COPY INTO {table} FROM {stage} {_READ}")
    named = [dict(zip((column for (column,) in loaded.description), row, strict=True)) for row in loaded.rows]
    found = sum(int(each.get("rows_loaded", 0)) for each in named)
    if found != rows:
        raise WarehouseError(
            f"{there.name}: of {rows} staged rows {found} arrived", way_out="nothing of it was loaded: run it again"
        )
