"""The ledger: which request became which job, and how far it got. It is the only one who knows (F12)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from clari_readiness.model.exports import ExportRequest
from clari_readiness.warehouse.connection import Connection
from clari_readiness.warehouse.loading import in_utc, transaction
from clari_readiness.warehouse.statements import statement


class JobState(StrEnum):
    """How far an export got: `requested` before its POST, `queued` once it was answered, then to one of its ends."""

    REQUESTED = "requested"
    QUEUED = "queued"
    FINISHED = "finished"
    LOADED = "loaded"
    REFUSED = "refused"
    FAILED = "failed"

    @property
    def open(self) -> bool:
        """Whether the next run goes on with it."""
        return self in (JobState.REQUESTED, JobState.QUEUED, JobState.FINISHED)


@dataclass(frozen=True)
class LedgerEntry:
    """One line of the ledger. Times are UTC; `started_at` and `finished_at` are Clari's, all others ours.

    `known_jobs` are the jobs that Clari listed before the POST: what is not among them afterwards may be ours (F12).
    `queue_seconds` is the POST's (or, when its answer was lost, from the request until its job was found),
    `wait_seconds` from then until the job had finished, in whichever run, `polls` how often the last run asked.
    """

    request_id: str
    request: ExportRequest
    requested_at: datetime
    state: JobState = JobState.REQUESTED
    job_id: str | None = None
    status: str | None = None
    message: str | None = None
    known_jobs: tuple[str, ...] = ()
    queued_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    downloaded_at: datetime | None = None
    loaded_at: datetime | None = None
    queue_seconds: float | None = None
    wait_seconds: float | None = None
    download_seconds: float | None = None
    load_seconds: float | None = None
    polls: int | None = None
    rows_truncated: bool | None = None
    cells_truncated: bool | None = None
    path: Path | None = None
    bytes: int | None = None
    sha256: str | None = None
    entries: int | None = None
    rounded: int | None = None


_REQUEST = {
    "forecast_id": "forecast_id",
    "time_period_id": "time_period",
    "types": "types",
    "scope_id": "scope_id",
    "currency": "currency",
    "include_historical": "include_historical",
    "schedule": "schedule",
    "export_format": "export_format",
}
_OWN = tuple(field.name for field in fields(LedgerEntry) if field.name != "request")


def record(connection: Connection, entry: LedgerEntry) -> None:
    """Write a line of the ledger, or write it again, in a transaction of its own."""
    request = asdict(entry.request)
    values = {column: _stored(request[name]) for column, name in _REQUEST.items()}
    values |= {name: _stored(getattr(entry, name)) for name in _OWN}
    with transaction(connection):
        connection.execute(statement("record_job"), values)


def entries(connection: Connection) -> list[LedgerEntry]:
    """Return every line of the ledger, the oldest first."""
    cursor = connection.execute(statement("ledger"))
    names = [str(column[0]) for column in cursor.description or ()]
    return [_entry(dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def _entry(row: dict[str, Any]) -> LedgerEntry:
    request = {name: row[column] for column, name in _REQUEST.items()}
    own = {name: _told(row[name]) for name in _OWN}
    own |= {"state": JobState(row["state"]), "path": Path(row["path"]) if row["path"] else None}
    own["known_jobs"] = tuple(row["known_jobs"] or ())
    return LedgerEntry(request=ExportRequest(**{**request, "types": tuple(row["types"])}), **own)


def _stored(value: Any) -> Any:
    match value:
        case datetime():
            return in_utc(value)
        case tuple():
            return list(value)
        case Path():
            return str(value)
    return value


def _told(value: Any) -> Any:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value
