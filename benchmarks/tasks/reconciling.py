"""A job's document against the rows that were loaded from it: by the package, and by a bare FULL JOIN."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.documents import FORECAST, PERIOD
from benchmarks.tasks.exporting import LATEST, on_disk, snapshot
from benchmarks.tasks.timing import Watch
from clari_readiness.exporter.seams import ContractJudge
from clari_readiness.model.exports import EXPORT_TYPES
from clari_readiness.model.time import SystemClock
from clari_readiness.reconcile.comparison import compare
from clari_readiness.validation import Contracts
from clari_readiness.warehouse import ComparedWarehouse, DuckDBWarehouse, Question, StagedEntries, Tables
from clari_readiness.warehouse.engines import DuckDBEngine
from clari_readiness.warehouse.opening import open_to_read

_JOB = "job"
_KEY = ("time_frame_id", "user_id", "field_id", "currency")
_AMOUNTS = ("forecast_amount", "quota_amount", "adjustment_amount", "crm_total", "crm_closed")


def prepare(document: str, warehouse: str) -> dict[str, Any]:
    """Load the document."""
    with DuckDBWarehouse(Path(warehouse), SystemClock()) as star:
        star.load(snapshot(_JOB), star.stage(on_disk(document), ContractJudge(Contracts()), {}))
    return {}


def reconciliation(document: str, warehouse: str) -> dict[str, Any]:
    """Compare with the package, through the view that teams read; staging is told apart."""
    with _staged(document, warehouse) as (compared, staged, _, stage_seconds):
        watch = Watch()
        question = Question(FORECAST, PERIOD, LATEST, _JOB)
        found = compare(compared, question, staged, types=EXPORT_TYPES, kind="exact")
        timed = watch.told()
    return {**timed, "stage": stage_seconds, "found": found.differing, "rows": found.found_rows}


def full_join(document: str, warehouse: str) -> dict[str, Any]:
    """Count the keys of which any amount differs, with nothing but a FULL JOIN of the same two sides."""
    differs = " OR ".join(f"e.{amount} IS DISTINCT FROM f.{amount}" for amount in _AMOUNTS)
    asked = (
        "SELECT count(*) FROM staged_entries AS e "  # noqa: S608 - every word is ours
        f"FULL JOIN (SELECT * FROM forecast_entries WHERE exported_at = $at) AS f USING ({', '.join(_KEY)}) "
        f"WHERE {differs}"
    )
    with _staged(document, warehouse) as (_, _, connection, _):
        watch = Watch()
        found = connection.execute(asked, {"at": LATEST.replace(tzinfo=None)}).fetchall()[0][0]
        return {**watch.told(), "found": found}


@contextmanager
def _staged(
    document: str, warehouse: str
) -> Iterator[tuple[ComparedWarehouse, StagedEntries, duckdb.DuckDBPyConnection, float]]:
    """Open the warehouse to be read, with the document staged beside it, and tell how long staging took."""
    path = Path(warehouse)
    scratch = path.with_suffix(".scratch")
    scratch.mkdir(exist_ok=True)
    file = open_to_read(path, spill=scratch / "spill")
    connection = file.connection
    connection.execute("SET preserve_insertion_order = false")
    with ComparedWarehouse(DuckDBEngine(connection, str(path), let_go=file.close), Tables(), scratch) as compared:
        watch = Watch()
        staged = compared.stage(on_disk(document), ContractJudge(Contracts()), {})
        yield compared, staged, connection, watch.told()["seconds"]
