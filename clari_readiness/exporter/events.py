"""What an export tells while it runs, step by step; whoever shows progress listens."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from clari_readiness.errors import ReadinessError
from clari_readiness.model.exports import ExportRequest, Job, LandedDocument, Loaded, Snapshot
from clari_readiness.warehouse import StagedEntries


class Step(StrEnum):
    """A step of an export. The last of each is LOADED, REFUSED or FAILED."""

    WAITING = "waiting"  # for a free slot, or for a lost answer to show up
    QUEUED = "queued"
    RESUMED = "resumed"
    STATUS = "status"
    DOWNLOADED = "downloaded"
    LOADED = "loaded"
    REFUSED = "refused"
    FAILED = "failed"

    @property
    def last(self) -> bool:
        """Whether nothing follows for this request."""
        return self in (Step.LOADED, Step.REFUSED, Step.FAILED)


@dataclass(frozen=True)
class Exported:
    """An export that became rows: from which job and file, what was staged of it, and what loading it did."""

    snapshot: Snapshot
    job: Job
    landed: LandedDocument
    staged: StagedEntries
    loaded: Loaded


@dataclass(frozen=True)
class Event:
    """One step of one request. `error` comes with REFUSED and FAILED, `exported` with LOADED."""

    step: Step
    request: ExportRequest
    job_id: str = ""
    detail: str = ""
    error: ReadinessError | None = None
    exported: Exported | None = None
