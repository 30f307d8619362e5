"""Waiting for a job: asking politely, at growing intervals, and not for ever."""

from __future__ import annotations

from dataclasses import dataclass, replace

from clari_readiness.errors import JobFailed, JobTimedOut
from clari_readiness.exporter.ends import ends_recorded
from clari_readiness.exporter.events import Event, Step
from clari_readiness.exporter.seams import ExportClient
from clari_readiness.exporter.together import Pause, Steps
from clari_readiness.model.exports import Job, JobStatus
from clari_readiness.model.time import Clock
from clari_readiness.warehouse import JobState, LedgerEntry, Warehouse

_GROWTH = 1.25


@dataclass(frozen=True)
class Patience:
    """How long to wait for a job, and how often to ask: from every `first` to every `longest`, all in seconds.

    A job that took longer, or ended badly, is queued again so often: `requeues`.
    """

    timeout: float = 600.0
    first: float = 2.0
    longest: float = 10.0
    requeues: int = 1


def wait(
    entry: LedgerEntry, *, client: ExportClient, warehouse: Warehouse, clock: Clock, patience: Patience
) -> Steps[tuple[LedgerEntry, Job]]:
    """Return the job when it is DONE, and its line of the ledger, as it stands then.

    A job that ended otherwise is JobFailed; one that has not ended in time is JobTimedOut, and its line stays open. An
    event tells each change of status.
    """
    job_id = entry.job_id or ""
    begun, polls, interval, told = clock.monotonic(), 0, patience.first, ""
    while True:
        warehouse.close()
        with ends_recorded(entry, warehouse):
            job = client.job(job_id)
        polls += 1
        if job.status != told:
            told = job.status
            yield Event(Step.STATUS, entry.request, job_id, job.status)
        waited = clock.monotonic() - begun
        if job.status.finished:
            seconds = max(waited, _since_queued(entry, clock))
            return _ended(replace(entry, polls=polls, wait_seconds=seconds), job, warehouse), job
        if waited >= patience.timeout:
            raise _timed_out(job, waited, polls)
        yield Pause(min(interval, patience.timeout - waited))
        interval = min(interval * _GROWTH, patience.longest)


def _since_queued(entry: LedgerEntry, clock: Clock) -> float:
    """Return the seconds since the POST was answered, which may have been in an earlier run."""
    return 0.0 if entry.queued_at is None else (clock.now() - entry.queued_at).total_seconds()


def _ended(entry: LedgerEntry, job: Job, warehouse: Warehouse) -> LedgerEntry:
    done = job.status is JobStatus.DONE
    ended = replace(
        entry,
        state=JobState.FINISHED if done else JobState.FAILED,
        status=job.status,
        message=entry.message if done else f"ended as {job.status}{_error_id(job)}",
        started_at=job.start_time,
        finished_at=job.end_time,
        rows_truncated=job.rows_truncated,
        cells_truncated=job.cells_truncated,
    )
    warehouse.record(ended)
    if not done:
        raise JobFailed(
            f"job {job.job_id} ended as {job.status}{_error_id(job)}",
            way_out="look at the job in Clari, and run it again",
        )
    return ended


def _timed_out(job: Job, waited: float, polls: int) -> JobTimedOut:
    asked = "1 poll" if polls == 1 else f"{polls} polls"
    return JobTimedOut(
        f"job {job.job_id} is still {job.status} after {waited:.0f} s and {asked}{_error_id(job)}",
        way_out="raise job_timeout, or look at the job in Clari",
    )


def _error_id(job: Job) -> str:
    """Return the errorId that a job shows: support asks for it (F26)."""
    error_id = job.raw.get("errorId")
    return f" (errorId {error_id})" if isinstance(error_id, str | int) and error_id else ""
