"""The same job with dlt: the document from the socket into a DuckDB file, merged by its key."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec

from benchmarks.tasks.timing import Watch

_KEY = ["field_id", "time_period_id", "time_frame_id", "user_id", "currency"]
_NAMES = {
    "fieldId": "field_id",
    "timePeriodId": "time_period_id",
    "timeFrameId": "time_frame_id",
    "userId": "user_id",
}
_LISTS = {"users": "userId", "fields": "fieldId", "timePeriods": "timePeriodId", "timeFrames": "timeFrameId"}


def dlt_arrow(url: str, job: str, warehouse: str) -> dict[str, Any]:
    """Give dlt the entries as one Arrow table, which is its fastest way."""
    import pyarrow as pa  # noqa: PLC0415 - only these tasks need it

    return _dlt(url, job, Path(warehouse), pa.Table.from_pylist)


def dlt_rows(url: str, job: str, warehouse: str) -> dict[str, Any]:
    """Give dlt the entries as dictionaries, which is its usual way."""
    return _dlt(url, job, Path(warehouse), lambda rows: rows)


def _dlt(url: str, job: str, warehouse: Path, given: Callable[[list[dict[str, Any]]], Any]) -> dict[str, Any]:
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"  # it would tell its makers about each run
    import dlt  # noqa: PLC0415 - reads its settings when it is imported

    pipeline = dlt.pipeline(
        "bench",
        pipelines_dir=str(warehouse.with_suffix(".dlt")),
        destination=dlt.destinations.duckdb(str(warehouse)),
        dataset_name="clari",
    )
    watch = Watch()
    document = msgspec.json.decode(_downloaded(url, job, warehouse.with_suffix(".json")).read_bytes())
    entries = dlt.resource(
        given([_flat(entry) for entry in document["entries"]]),
        name="entries",
        write_disposition="merge",
        primary_key=_KEY,
    )
    lists = [
        dlt.resource(document[name], name=name, write_disposition="merge", primary_key=key)
        for name, key in _LISTS.items()
    ]
    pipeline.run([entries, *lists])
    timed = watch.told()
    with pipeline.sql_client() as client:
        counted = client.execute_sql("SELECT count(*) FROM entries")
    return {**timed, "rows": int(counted[0][0]), "version": dlt.__version__}


def _downloaded(url: str, job: str, to: Path) -> Path:
    with httpx.stream("GET", f"{url}/export/jobs/{job}/results") as response, to.open("wb") as out:
        for chunk in response.iter_bytes(1 << 20):
            out.write(chunk)
    return to


def _flat(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry without anything nested: dlt would make a table of it, or refuse it in Arrow."""
    return {**{_NAMES.get(key, key): value for key, value in entry.items()}, "currency": entry["currency"]["code"]}
