"""MON-01: the seconds of a job, and when they cannot be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clari_readiness.gate.latency import APART, JobTimes, Latencies
from clari_readiness.model.exports import Job, JobStatus

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
ROW: dict[str, Any] = {
    "job_id": "job-1",
    "forecast_name": "net_bookings",
    "time_period": "2027_Q4",
    "state": "loaded",
    "queue_seconds": 0.4,
    "run_seconds": 64.0,
    "download_seconds": 2.0,
    "load_seconds": 3.0,
    "clari_run_seconds": 60.0,
    "whole_seconds": 71.0,
    "started_early_by": -0.2,
    "finished_late_by": -3.0,
}


def doubts(**changed: Any) -> list[str]:
    return list(JobTimes.of({**ROW, **changed}).doubts())


def test_a_job_as_it_should_be_leaves_no_doubt() -> None:
    assert doubts() == []


@pytest.mark.parametrize("phase", ["queue", "run", "download", "load"])
def test_a_phase_that_is_missing_or_negative_is_told_with_its_job(phase: str) -> None:
    assert doubts(**{f"{phase}_seconds": None}) == [f"2027_Q4 of net_bookings: {phase} was not measured (job job-1)"]
    assert f"2027_Q4 of net_bookings: {phase} took -0.1 s (job job-1)" in doubts(**{f"{phase}_seconds": -0.1})


def test_a_refused_job_was_never_loaded_and_needs_no_seconds_of_it() -> None:
    assert doubts(state="refused", load_seconds=None) == []
    assert doubts(state="refused", download_seconds=None)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"run_seconds": 2.0}, "it ran for 60 s by Clari, and its end was seen after 2 s"),
        ({"clari_run_seconds": -1.0}, "it ended 1 s before it started"),
        ({"clari_run_seconds": None}, "Clari's start and end are not on record"),
        ({"load_seconds": 3000.0}, "its phases took 3066 s of 71 s in all"),
        ({"started_early_by": APART + 1}, "it started 301 s before it was asked for"),
        ({"finished_late_by": APART + 1}, "it ended 301 s after it was downloaded"),
    ],
)
def test_what_cannot_be_is_told(changed: dict[str, Any], said: str) -> None:
    assert doubts(**changed) == [f"2027_Q4 of net_bookings: {said} (job job-1)"]


@pytest.mark.parametrize(
    "changed",
    [
        {"run_seconds": 50.0, "queue_seconds": 0.0},  # 10 s of rounding and of answers on their way
        {"whole_seconds": 59.5},
        {"started_early_by": APART},
        {"finished_late_by": APART},
        {"queue_seconds": 60.0, "run_seconds": 0.0},  # its answer was lost, and it had ended when it was found
    ],
)
def test_what_can_be_is_no_doubt(changed: dict[str, Any]) -> None:
    assert doubts(**changed) == []


def listed(job_id: str, status: JobStatus = JobStatus.DONE, *, ago: float = 1.0, took: float = 60.0) -> Job:
    ended = NOW - timedelta(hours=ago)
    return Job(job_id, status, start_time=ended - timedelta(seconds=took), end_time=ended)


def test_clari_s_list_has_the_run_of_each_job_that_ended_lately() -> None:
    jobs = [listed("a"), listed("b", JobStatus.STARTED), listed("c", ago=200), listed("d", JobStatus.FAILED)]
    found = Latencies.by_list(jobs, NOW - timedelta(days=7))
    assert found.rows == ({"job": "a", "run": 60.0}, {"job": "d", "run": 60.0})
    assert found.doubts == ()


def test_a_listed_job_without_an_end_or_with_one_before_its_start_is_told() -> None:
    jobs = [replace(listed("a"), end_time=None), listed("b", took=-5)]
    assert Latencies.by_list(jobs, NOW - timedelta(days=7)).doubts == (
        "job a: start or end is not in Clari's list",
        "job b ended 5 s before it started",
    )
