"""A document's way from the socket into the star, with the package's own client, contract and warehouse."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.documents import FORECAST, PERIOD
from clari_readiness.client import connect
from clari_readiness.errors import DocumentRefused
from clari_readiness.exporter.seams import ContractJudge
from clari_readiness.model.exports import EXPORT_TYPES, ExportRequest, LandedDocument, Snapshot
from clari_readiness.model.time import SystemClock
from clari_readiness.validation import Contracts
from clari_readiness.warehouse import DuckDBWarehouse
from clari_readiness.warehouse.plain import EntryShape
from clari_readiness.warehouse.splitting import split

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
    lap = _Laps()
    with connect(base_url=url, key=_KEY, clock=clock, random=random.Random(0)) as client:  # noqa: S311 - no secret
        landed = client.download(job, landing)
    lap("download")
    with DuckDBWarehouse(path, clock) as star:
        staged = star.stage(landed, judge, {})
        lap("stage")
        loaded = star.load(snapshot(job), staged)
        lap("load")
    lap("close")
    return {**lap.times, "seconds": sum(lap.times.values()), "inserted": loaded.inserted, "bytes": path.stat().st_size}


def again(document: str, job: str, warehouse: str) -> dict[str, Any]:
    """Load the same job once more, and tell what that changed: rows, their content, the size of the file."""
    path = Path(warehouse)
    before = _content(path)
    begun = time.perf_counter()
    with DuckDBWarehouse(path, SystemClock()) as star:
        staged = star.stage(_landed(document), ContractJudge(Contracts()), {})
        loaded = star.load(snapshot(job), staged)
    seconds = time.perf_counter() - begun
    after = _content(path)
    return {
        "seconds": seconds,
        "inserted": loaded.inserted,
        "same": before["tables"] == after["tables"],
        "rows": after["tables"]["forecast_entries"][0],
        "bytes_before": before["bytes"],
        "bytes_after": after["bytes"],
    }


def refuse(document: str, warehouse: str) -> dict[str, Any]:
    """Judge a document whose last entry is wrong, and tell what it was refused for."""
    begun = time.perf_counter()
    told: tuple[str, ...] = ()
    with DuckDBWarehouse(Path(warehouse), SystemClock()) as star:
        try:
            star.stage(_landed(document), ContractJudge(Contracts()), {})
        except DocumentRefused as refused:
            told = tuple(refused.violations)
    return {"seconds": time.perf_counter() - begun, "violations": told}


def judging(document: str, scratch: str) -> dict[str, Any]:
    """Read the entries as staging does, without and with its judgement of each; the difference is the judging."""
    directory = Path(scratch)
    directory.mkdir()
    parts = [str(file) for file in split(_landed(document), directory, parts=4).entries]
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = false")
        read = _timed(connection, "sum(length(CAST(json AS VARCHAR)))", {"files": parts})
        pattern = {"files": parts, "pattern": EntryShape.of({}).pattern()}
        judged = _timed(connection, "count(*) FILTER (regexp_full_match(CAST(json AS VARCHAR), $pattern))", pattern)
    return {"seconds": max(judged - read, 0.0)}


def _timed(connection: duckdb.DuckDBPyConnection, expression: str, params: dict[str, Any]) -> float:
    source = "read_json_objects($files, format = 'array', maximum_object_size = 1048576)"
    begun = time.perf_counter()
    connection.execute(f"SELECT {expression} FROM {source}", params).fetchall()  # noqa: S608 - both are ours
    return time.perf_counter() - begun


def _landed(document: str) -> LandedDocument:
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


class _Laps:
    """Seconds from each lap to the next."""

    def __init__(self) -> None:
        self.times: dict[str, float] = {}
        self._since = time.perf_counter()

    def __call__(self, name: str) -> None:
        now = time.perf_counter()
        self.times[name], self._since = now - self._since, now
