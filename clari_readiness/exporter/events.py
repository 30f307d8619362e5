"""What an export tells while it runs, step by step; whoever shows progress listens."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from clari_readiness.errors import ReadinessError
from clari_readiness.model.exports import ExportRequest, Job, LandedDocument, Loaded, Snapshot
from clari_readiness.warehouse import StagedEntries


class Step(StrEnum):
    """A step of an export. The last of each is LOADED, REUSED, REFUSED or FAILED."""

    PLANNED = "planned"  # it takes a job of the quota
    WAITING = "waiting"  # for a free slot, or for a lost answer to show up
    QUEUED = "queued"
    RESUMED = "resumed"
    STATUS = "status"
    QUEUED_AGAIN = "queued again"  # what its job became is said; another one takes its place
    DOWNLOADED = "downloaded"
    FOUND = "found"  # something about the data that somebody should know
    LOADED = "loaded"
    REUSED = "up to date"  # an export of the same that is recent enough was loaded before
    REFUSED = "refused"
    FAILED = "failed"

    @property
    def last(self) -> bool:
        """Whether nothing follows for this request."""
        return self in (Step.LOADED, Step.REUSED, Step.REFUSED, Step.FAILED)

    @property
    def good(self) -> bool:
        """Whether the warehouse has, at this end, what was asked for."""
        return self in (Step.LOADED, Step.REUSED)


class Cause(StrEnum):
    """What a finding is about."""

    WRONG_PERIOD = "wrong period"  # F18
    TRUNCATED = "truncated"  # F10
    CONTRACT = "contract"  # a rule is broken, or an entry refers to what is not listed
    EMPTY = "empty"  # F20
    TYPE_MISSING = "type missing"  # F13
    NOT_OURS = "not ours"  # F12
    CONFLICT = "conflicting duplicates"
    CRM_NOT_EXPORTED = "CRM types not exported"  # F24
    CRM_MISSING = "CRM amounts missing"  # F24, and F21 does not have them either


@dataclass(frozen=True)
class DataFinding:
    """Something about exported data that somebody should know.

    `violations` has one line each, path first; `kept` is where the document lies when it was put into quarantine.
    """

    cause: Cause
    request: ExportRequest
    job_id: str
    detail: str
    violations: tuple[str, ...] = ()
    kept: Path | None = None

    @property
    def grave(self) -> bool:
        """Whether data that was asked for is missing from the warehouse."""
        return self.cause not in (Cause.CRM_NOT_EXPORTED, Cause.CONFLICT)


@dataclass(frozen=True)
class Cost:
    """What a run is going to spend: so many jobs of a quota, of which some are left and some kept in reserve (F22)."""

    jobs: int
    quota: int
    left: int
    reserve: int

    def __str__(self) -> str:
        jobs = "1 job" if self.jobs == 1 else f"{self.jobs} jobs"
        return f"{jobs} of a quota of {self.quota} in 30 days, of which {self.left} are left, {self.reserve} in reserve"


@dataclass(frozen=True)
class Exported:
    """An export that became rows: from which job and file, what was staged of it, and what loading it did.

    `job` is None for what was asked for synchronously (F21).
    """

    snapshot: Snapshot
    job: Job | None
    landed: LandedDocument
    staged: StagedEntries
    loaded: Loaded


@dataclass(frozen=True)
class Event:
    """One step of one request.

    `error` comes with REFUSED and FAILED, `exported` with LOADED, `finding` with FOUND, and `cost`, which is that of
    the whole run, with PLANNED.
    """

    step: Step
    request: ExportRequest
    job_id: str = ""
    detail: str = ""
    error: ReadinessError | None = None
    exported: Exported | None = None
    finding: DataFinding | None = None
    cost: Cost | None = None
