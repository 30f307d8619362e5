"""Forecast documents made to order, and what a warehouse holds, as values that can be compared."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from clari_readiness.model.exports import ExportRequest, LandedDocument, Snapshot
from tests.strategies import encode

PERIOD = "2027_Q3"
ENDED = datetime(2026, 9, 1, 6, 0, 0, 123000, tzinfo=UTC)
TYPES = ("forecast",)


def entry(user: str = "1:A", frame: str = "TF:2026-08-05", period: str = PERIOD, **values: Any) -> dict[str, Any]:
    key = {"fieldId": "fc_commit", "timePeriodId": period, "timeFrameId": frame, "userId": user}
    return {**key, "forecastValue": 10.5, **values}


def document(*entries: dict[str, Any], **lists: Any) -> dict[str, Any]:
    """A document that lists whatever its entries refer to."""
    users = dict.fromkeys(each["userId"] for each in entries)
    periods = dict.fromkeys(each["timePeriodId"] for each in entries)
    frames = dict.fromkeys(each["timeFrameId"] for each in entries)
    return {
        "entries": list(entries),
        "users": [{"userId": id_, "name": f"Name of {id_}", "email": f"{id_[0]}@example.com"} for id_ in users],
        "fields": [{"fieldId": "fc_commit", "fieldName": "Commit", "fieldType": "CURRENCY"}],
        "timePeriods": [
            {
                "timePeriodId": id_,
                "type": "quarter",
                "label": "Quarter",
                "year": id_[:4],
                "startDate": "2026-08-01",
                "endDate": "2026-10-31",
            }
            for id_ in periods
        ],
        "timeFrames": [{"timeFrameId": id_, "startDate": id_[3:], "endDate": id_[3:]} for id_ in frames],
        **lists,
    }


def land(directory: Path, content: dict[str, Any] | bytes | str) -> LandedDocument:
    raw = encode(content) if isinstance(content, dict) else content.encode() if isinstance(content, str) else content
    path = directory / f"{hashlib.sha256(raw).hexdigest()[:12]}.json"
    path.write_bytes(raw)
    return LandedDocument(path, len(raw), hashlib.sha256(raw).hexdigest())


def snapshot(
    job_id: str = "job-1", period: str = PERIOD, at: datetime = ENDED, types: tuple[str, ...] = TYPES
) -> Snapshot:
    return Snapshot(job_id, ExportRequest("net_bookings", period, types), at)


STAR = ("forecast_entries", "snapshots", "users", "fields", "time_periods", "time_frames")


def dump(path: Path, *tables: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the tables (of the star, unless others are named); nothing of a file that is not there."""
    if not path.exists():
        return {name: [] for name in tables or STAR}
    with duckdb.connect(path, read_only=True) as connection:
        return {name: connection.table(name).order("ALL").fetchall() for name in tables or STAR}


def ask(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(path, read_only=True) as connection:
        return connection.execute(sql).fetchall()
