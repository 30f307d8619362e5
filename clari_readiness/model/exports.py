"""A forecast export on its way: request, job, landed document, staged entries, loaded rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

EXPORT_TYPES = ("forecast", "quota", "forecast_updated", "adjustment", "crm_total", "crm_closed")

AMOUNTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "forecast": ("forecastValue", "forecast_amount"),
        "quota": ("quotaValue", "quota_amount"),
        "adjustment": ("adjustmentValue", "adjustment_amount"),
        "crm_total": ("aggregationTotal", "crm_total"),
        "crm_closed": ("crmClosed", "crm_closed"),
    }
)
"""Type to export -> (key in an entry, column in the warehouse). The key of crm_closed is a guess (F13)."""


VALUE_KEYS: Mapping[str, str] = MappingProxyType(
    {"forecast_updated": "isUpdated", **{kind: key for kind, (key, _) in AMOUNTS.items()}}
)
"""Type to export -> the key in an entry that holds it."""


def dated(types: tuple[str, ...]) -> tuple[str, ...]:
    """Return types with the one that says when a forecast was changed, where they ask for forecasts (F13)."""
    return types if "forecast" not in types or "forecast_updated" in types else (*types, "forecast_updated")


class JobStatus(StrEnum):
    """The six states of an export job (F6)."""

    SCHEDULED = "SCHEDULED"
    STARTED = "STARTED"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    ABORTED = "ABORTED"

    @property
    def finished(self) -> bool:
        """Whether the job will never change again."""
        return self not in (JobStatus.SCHEDULED, JobStatus.STARTED)


@dataclass(frozen=True)
class ExportRequest:
    """What one forecast export asks for (F5). `time_period` is never left to the server's default (F18)."""

    forecast_id: str
    time_period: str
    types: tuple[str, ...]
    scope_id: str | None = None
    currency: str | None = None
    include_historical: bool = True
    schedule: Literal["NONE", "ONCE", "MAX"] = "NONE"
    export_format: Literal["JSON", "CSV"] = "JSON"

    def body(self) -> dict[str, Any]:
        """Return the JSON body of the POST; what is None is left out."""
        body: dict[str, Any] = {
            "timePeriod": self.time_period,
            "typesToExport": list(self.types),
            "includeHistorical": self.include_historical,
            "schedule": self.schedule,
            "exportFormat": self.export_format,
        }
        if self.scope_id is not None:
            body["scopeId"] = self.scope_id
        if self.currency is not None:
            body["currency"] = self.currency
        return body


@dataclass(frozen=True)
class Job:
    """An export job as Clari shows it (F6). It does not say what it was asked for (F12)."""

    job_id: str
    status: JobStatus
    user_id: int | None = None
    title: str = ""
    file_name: str = ""
    file_type: str = ""
    start_time: datetime | None = None
    end_time: datetime | None = None
    expired_time: datetime | None = None
    rows_truncated: bool = False
    cells_truncated: bool = False
    currency: str | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True)
class Limits:
    """Quota and concurrency of the organisation (F22), in jobs."""

    concurrent_limit: int
    monthly_quota: int
    available_concurrent: int
    available_monthly: int
    running_job_ids: tuple[str, ...] = ()
    submitted_job_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class LandedDocument:
    """A downloaded document, as it came: where, how many bytes, SHA-256 in hexadecimal."""

    path: Path
    size: int
    sha256: str


@dataclass(frozen=True)
class Snapshot:
    """Which job answered which request, and when by Clari's clock: `exported_at` is the job's `endTime`."""

    job_id: str
    request: ExportRequest
    exported_at: datetime


@dataclass(frozen=True)
class Violation:
    """One broken rule of a contract: `$.entries[17].forecastValue`, `expected a number, got "n/a"`."""

    path: str
    problem: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


@dataclass(frozen=True)
class Changes:
    """How many amounts differ from the snapshot before, each amount of an entry by itself.

    `changed` have another value, `appeared` had none before, `vanished` have none any more.
    """

    changed: int = 0
    appeared: int = 0
    vanished: int = 0


@dataclass(frozen=True)
class Swing:
    """An amount that changed by more than a threshold between two snapshots. `type` is as in typesToExport."""

    forecast_id: str
    time_period_id: str
    time_frame_id: str
    user_id: str
    field_id: str
    currency: str
    type: str
    previous_amount: Decimal
    current_amount: Decimal


@dataclass(frozen=True)
class Loaded:
    """What a load did to the table of entries, in rows, and how they differ from the snapshot before."""

    inserted: int
    unchanged: int
    rounded: int = 0
    changes: Changes = Changes()
