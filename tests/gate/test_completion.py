"""MON-04: jobs by how they ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from clari_readiness.gate.completion import Completion
from clari_readiness.model.exports import Job, JobStatus

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
SINCE = NOW - timedelta(days=30)


def listed(job_id: str, status: JobStatus, *, days: float = 1.0) -> Job:
    return Job(job_id, status, start_time=NOW - timedelta(days=days))


def test_of_clari_s_list_what_is_done_is_completed_and_every_other_end_is_not() -> None:
    ends = (JobStatus.DONE, JobStatus.DONE, JobStatus.DONE, JobStatus.FAILED, JobStatus.ABORTED, JobStatus.CANCELLED)
    jobs = [listed(str(number), status) for number, status in enumerate(ends)]
    found = Completion.by_list([*jobs, listed("old", JobStatus.FAILED, days=31)], SINCE, NOW)
    assert (found.loaded, found.jobs) == (3, 6)
    assert str(found) == "this token's jobs: 50.0% of 6 jobs"
    assert (found.unended, found.doubts) == ((), ())


def test_a_job_that_still_runs_counts_for_nothing_and_is_told_after_a_day() -> None:
    jobs = [listed("a", JobStatus.STARTED, days=0.9), listed("b", JobStatus.SCHEDULED, days=1.1)]
    found = Completion.by_list(jobs, SINCE, NOW)
    assert found.jobs == 0
    assert found.unended == ("job b is SCHEDULED since 2026-11-20 06:36 UTC",)
