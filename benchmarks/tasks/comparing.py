"""Two snapshots of one forecast, compared: by the package, by a bare FULL JOIN, and by pandas and polars."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.documents import FORECAST, PERIOD
from benchmarks.tasks.exporting import LATEST, on_disk, snapshot
from benchmarks.tasks.timing import Watch
from clari_readiness.exporter.seams import ContractJudge
from clari_readiness.model.time import SystemClock
from clari_readiness.validation import Contracts
from clari_readiness.warehouse import DuckDBWarehouse
from clari_readiness.warehouse.opening import MEMORY_LIMIT

_KEY = ("time_frame_id", "user_id", "field_id", "currency")
_AMOUNTS = ("forecast_amount", "quota_amount", "adjustment_amount", "crm_total", "crm_closed")
_COLUMNS = ", ".join((*_KEY, *_AMOUNTS))
_DAYS = {"older": LATEST - timedelta(days=1), "newer": LATEST}


def prepare(older: str, newer: str, warehouse: str) -> dict[str, Any]:
    """Load two documents, a day apart."""
    judge = ContractJudge(Contracts())
    with DuckDBWarehouse(Path(warehouse), SystemClock()) as star:
        for name, document in (("older", older), ("newer", newer)):
            star.load(snapshot(name, _DAYS[name]), star.stage(on_disk(document), judge, {}))
    return {}


def changes(warehouse: str) -> dict[str, Any]:
    """Find the newer snapshot's changes with the package, and write them, in one committed transaction."""
    from clari_readiness.warehouse.changes import compare  # noqa: PLC0415 - may not be built yet

    of_job = {"forecast_id": FORECAST, "job_id": "newer", "exported_at": LATEST.replace(tzinfo=None)}
    with duckdb.connect(warehouse) as connection:
        connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
        connection.execute("SET preserve_insertion_order = false")
        connection.execute("DELETE FROM entry_changes")
        connection.execute("CHECKPOINT")
        watch = Watch()
        connection.execute("BEGIN")
        compare(connection, of_job, PERIOD)
        connection.execute("COMMIT")
        timed = watch.told()
        found = connection.execute("SELECT count(*) FROM entry_changes").fetchall()[0][0]
    return {**timed, "found": found}


def full_join(warehouse: str) -> dict[str, Any]:
    """Count the keys of which any amount differs, with nothing but a FULL JOIN."""
    differs = " OR ".join(f"n.{amount} IS DISTINCT FROM o.{amount}" for amount in _AMOUNTS)
    asked = (
        f"SELECT count(*) FROM ({_selection('newer')}) AS n "  # noqa: S608 - every word is ours
        f"FULL JOIN ({_selection('older')}) AS o USING ({', '.join(_KEY)}) WHERE {differs}"
    )
    with duckdb.connect(warehouse, read_only=True) as connection:
        watch = Watch()
        found = connection.execute(asked).fetchall()[0][0]
        return {**watch.told(), "found": found}


def pandas(warehouse: str) -> dict[str, Any]:
    """Do the same with two pandas frames that are in memory already."""
    import pandas as pd  # noqa: PLC0415 - only this task needs it

    with duckdb.connect(warehouse, read_only=True) as connection:
        older, newer = (connection.execute(_selection(day)).df() for day in ("older", "newer"))
    watch = Watch()
    both = newer.merge(older, on=list(_KEY), how="outer", suffixes=("", "_before"))
    differs = pd.Series(data=False, index=both.index)
    for amount in _AMOUNTS:
        now, before = both[amount], both[f"{amount}_before"]
        differs |= (now != before) & ~(now.isna() & before.isna())
    found = len(both[differs])
    return {**watch.told(), "found": found, "version": pd.__version__}


def polars(warehouse: str) -> dict[str, Any]:
    """Do the same with two polars frames that are in memory already."""
    import polars as pl  # noqa: PLC0415 - only this task needs it

    with duckdb.connect(warehouse, read_only=True) as connection:
        tables = [connection.execute(_selection(day)).to_arrow_table() for day in ("older", "newer")]
    older, newer = (pl.DataFrame(table) for table in tables)
    watch = Watch()
    both = newer.join(older, on=list(_KEY), how="full", suffix="_before", coalesce=True)
    differs = pl.any_horizontal(pl.col(amount).ne_missing(pl.col(f"{amount}_before")) for amount in _AMOUNTS)
    found = both.filter(differs).height
    return {**watch.told(), "found": found, "version": pl.__version__}


def _selection(day: str) -> str:
    at = _DAYS[day].replace(tzinfo=None)
    return f"SELECT {_COLUMNS} FROM forecast_entries WHERE exported_at = TIMESTAMP '{at}'"  # noqa: S608 - ours
