"""How many of the export jobs are completed: by the ledger, or by Clari's list of this token's jobs (F7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from clari_readiness.gate.warehouse import AskedWarehouse
from clari_readiness.model.exports import Job, JobStatus

OVERDUE = timedelta(days=1)
"""A job that was begun longer ago than this and has not ended counts for nothing, and nobody goes on with it."""

_ENDED = ("loaded", "refused", "failed")


@dataclass(frozen=True)
class Completion:
    """Jobs by how they ended, by forecast; `unended` names those that never did, `doubts` what contradicts itself."""

    ended: Mapping[str, Counter[str]] = field(default_factory=dict)
    unended: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    @classmethod
    def by_ledger(cls, ledger: AskedWarehouse, since: datetime, now: datetime) -> Self:
        """Count the jobs that the ledger knows."""
        ended: dict[str, Counter[str]] = {}
        rows = ledger.job_outcomes(since)
        for row in rows:
            if row["state"] in _ENDED:
                ended.setdefault(row["forecast_name"], Counter())[row["state"]] = row["jobs"]
        open_ones = ledger.unended_jobs(since, now - OVERDUE)
        return cls(ended, tuple(map(_unended, open_ones)), tuple(_doubt(row) for row in rows if row["not_done"]))

    @classmethod
    def by_list(cls, jobs: Iterable[Job], since: datetime, now: datetime) -> Self:
        """Count the jobs that Clari lists; it does not say of which forecast they are (F12)."""
        lately = [job for job in jobs if (job.start_time or job.end_time or now) >= since]
        ended = Counter(_end(job) for job in lately if job.status.finished)
        unended = [job for job in lately if not job.status.finished and (job.start_time or now) < now - OVERDUE]
        return cls(
            {"this token's jobs": ended} if ended else {},
            tuple(f"job {job.job_id} is {job.status} since {job.start_time:%Y-%m-%d %H:%M} UTC" for job in unended),
        )

    @property
    def jobs(self) -> int:
        """How many jobs have ended."""
        return sum(counted.total() for counted in self.ended.values())

    @property
    def loaded(self) -> int:
        """How many of them have become rows, or are done as far as Clari knows."""
        return sum(counted["loaded"] for counted in self.ended.values())

    def __str__(self) -> str:
        return ", ".join(
            f"{forecast}: {counted['loaded'] / counted.total():.1%} of {counted.total()} jobs"
            for forecast, counted in self.ended.items()
        )


def _end(job: Job) -> str:
    return "loaded" if job.status is JobStatus.DONE else "failed"


def _unended(row: Mapping[str, Any]) -> str:
    at = row["requested_at"]
    return f"{row['time_period']} of {row['forecast_name']} is {row['state']} since {at:%Y-%m-%d %H:%M} UTC"


def _doubt(row: Mapping[str, Any]) -> str:
    return f"{row['not_done']} jobs of {row['forecast_name']} are loaded, and Clari never said that they were DONE"
