"""What lies staged in a DuckDB of our own, taken over into BigQuery in its bulk way: a load job for each table.

A load job is no part of a transaction, and cannot fill a temporary table. So what is staged there are tables of this
run's own, which end by themselves a day later, if nobody has dropped them by then.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import duckdb

from clari_readiness.errors import WarehouseError
from clari_readiness.warehouse.loaders.bigquery_session import BigQuerySession
from clari_readiness.warehouse.statements import quoted

_MADE = (
    "CREATE TABLE `{name}`"
    " OPTIONS (expiration_timestamp = TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL 24 HOUR))"
    " AS SELECT {columns} FROM `{ours}` WHERE FALSE"
)
"""A table to be filled, by BigQuery's own clock gone tomorrow."""


def take_over(
    here: duckdb.DuckDBPyConnection, there: BigQuerySession, tables: Mapping[str, str], scratch: Path
) -> None:
    """Make tables there of those staged here: staged table -> the table of ours whose columns it has.

    They last until more is taken over, or the session is closed. Files are written into `scratch`. Raises
    WarehouseError and `duckdb.Error`.
    """
    there.drop_staged()
    columns = {staged: _columns(here, staged) for staged in tables}
    names = there.stage(tables)
    there.said(
        ";\n".join(
            _MADE.format(name=names[staged], columns=", ".join(f"`{name}`" for name in columns[staged]), ours=ours)
            for staged, ours in tables.items()
        )
    )
    for staged, name in names.items():
        rows, file = _written(here, staged, columns[staged], scratch)
        if rows:
            _loaded(there, name, file, rows)
        file.unlink()


def _columns(here: duckdb.DuckDBPyConnection, table: str) -> Mapping[str, str]:
    return {str(name): str(kind) for name, kind, *_ in here.execute(f"DESCRIBE {quoted(table)}").fetchall()}


def _written(
    here: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str], scratch: Path
) -> tuple[int, Path]:
    """Return how many rows were written, and the file: a JSON object a line, in which amounts are texts, so exact.

    Parquet would be smaller, but BigQuery reads no DATETIME from it.
    """
    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = scratch / f"{uuid4().hex}.json"
    shown = ", ".join(
        quoted(name) if kind == "BOOLEAN" else f"CAST({quoted(name)} AS VARCHAR) AS {quoted(name)}"
        for name, kind in columns.items()
    )
    target = str(file).replace("'", "''")
    written = here.execute(f"COPY (SELECT {shown} FROM {quoted(table)}) TO '{target}' (FORMAT json)").fetchall()  # noqa: S608 - quoted
    return int(written[0][0]), file


def _loaded(there: BigQuerySession, name: str, file: Path, rows: int) -> None:
    """Upload a file and load it; a number of rows other than that which was written is a WarehouseError."""
    found = there.load(file, name)
    if found != rows:
        raise WarehouseError(
            f"{there.name}: of {rows} staged rows {found} arrived", way_out="nothing of it was loaded: run it again"
        )
