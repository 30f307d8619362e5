"""A document's way from the socket into the star, with the package's own client, contract and warehouse."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.documents import FORECAST, PERIOD
from benchmarks.tasks.timing import Watch
from clari_readiness.client import connect
from clari_readiness.errors import DocumentRefused
from clari_readiness.exporter.seams import ContractJudge
from clari_readiness.model.exports import EXPORT_TYPES, ExportRequest, LandedDocument, Snapshot
from clari_readiness.model.time import SystemClock
from clari_readiness.validation import Contracts
from clari_readiness.warehouse import DuckDBWarehouse
from clari_readiness.warehouse.plain import EntryShape, PlainEntries, listed_in
from clari_readiness.warehouse.splitting import opened

_KEY = "benchmark-key-0000"  # the loopback server asks for none
LATEST = datetime(2026, 9, 30, 6, tzinfo=UTC)


def snapshot(job: str, at: datetime = LATEST) -> Snapshot:
    """Return the snapshot that a job answered."""
    return Snapshot(job, ExportRequest(FORECAST, PERIOD, EXPORT_TYPES), at)


def export(url: str, job: str, warehouse: str) -> dict[str, Any]:
    """Download, judge and load a job's results, committed and the file closed."""
    judge = ContractJudge(Contracts())
    path, clock = Path(warehouse), SystemClock()
    landing = path.with_suffix(".json")
    watch = Watch()
    with connect(base_url=url, key=_KEY, clock=clock, random=random.Random(0)) as client:  # noqa: S311 - no secret
        landed = client.download(job, landing)
    watch.lap("download")
    with DuckDBWarehouse(path, clock) as star:
        staged = star.stage(landed, judge, {})
        watch.lap("stage")
        loaded = star.load(snapshot(job), staged)
        watch.lap("load")
    watch.lap("close")
    return {**watch.told(), "inserted": loaded.inserted, "bytes": path.stat().st_size}


def again(document: str, job: str, warehouse: str) -> dict[str, Any]:
    """Load the same job once more, and tell what that changed: rows, their content, the size of the file."""
    path = Path(warehouse)
    before = _content(path)
    watch = Watch()
    with DuckDBWarehouse(path, SystemClock()) as star:
        staged = star.stage(on_disk(document), ContractJudge(Contracts()), {})
        loaded = star.load(snapshot(job), staged)
    timed = watch.told()
    after = _content(path)
    return {
        **timed,
        "inserted": loaded.inserted,
        "same": before["tables"] == after["tables"],
        "rows": after["tables"]["forecast_entries"][0],
        "bytes_before": before["bytes"],
        "bytes_after": after["bytes"],
    }


def refuse(document: str, warehouse: str) -> dict[str, Any]:
    """Judge a document whose last entry is wrong, and tell what it was refused for."""
    watch = Watch()
    told: tuple[str, ...] = ()
    with DuckDBWarehouse(Path(warehouse), SystemClock()) as star:
        try:
            star.stage(on_disk(document), ContractJudge(Contracts()), {})
        except DocumentRefused as refused:
            told = tuple(refused.violations)
    return {**watch.told(), "violations": told}


def judging(document: str) -> dict[str, Any]:
    """Judge the entries as staging does before it reads them."""
    with opened(on_disk(document)) as split:
        plain = PlainEntries(EntryShape.of({}), listed_in(split.envelope))
        watch = Watch()
        judged = sum(is_plain for _, is_plain in split.pieces(plain.count))
        return {**watch.told(), "pieces": judged}


def on_disk(document: str) -> LandedDocument:
    path = Path(document)
    return LandedDocument(path, path.stat().st_size, "")


def _content(path: Path) -> dict[str, Any]:
    """Return how many rows each table has and a sum of their hashes, and the bytes of the file."""
    with duckdb.connect(path, read_only=True) as connection:
        names = [name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        told = {name: _sum_of(connection, name) for name in sorted(names)}
    return {"tables": told, "bytes": path.stat().st_size}


def _sum_of(connection: duckdb.DuckDBPyConnection, table: str) -> list[Any]:
    asked = f'SELECT count(*), coalesce(sum(CAST(hash(t) AS HUGEINT)), 0) FROM "{table}" AS t'  # noqa: S608 - our tables
    return list(connection.execute(asked).fetchall()[0])
