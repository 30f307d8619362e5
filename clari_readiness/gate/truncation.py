"""Which loaded jobs are known as whole, and which as cut: only a flag on the job says so (F10)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from clari_readiness.model.exports import Job, JobStatus


@dataclass(frozen=True)
class Listed:
    """The jobs that Clari lists as DONE (F7), by whether one of their flags says that the file is incomplete (F10)."""

    whole: frozenset[str]
    truncated: frozenset[str]

    @classmethod
    def of(cls, jobs: Iterable[Job]) -> Self:
        """Sort a list of jobs; what has not ended well has no file."""
        done = [job for job in jobs if job.status is JobStatus.DONE]
        truncated = frozenset(job.job_id for job in done if job.rows_truncated or job.cells_truncated)
        return cls(frozenset(job.job_id for job in done) - truncated, truncated)

    def __len__(self) -> int:
        return len(self.whole) + len(self.truncated)
