"""What a schedule costs in 30 days, and what a quota leaves for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clari_readiness.environments import Environment, load
from clari_readiness.gate.headroom import Headroom, headroom, runs_of
from clari_readiness.model.exports import Job, JobStatus, Limits
from clari_readiness.model.time import SteppedClock

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
CLOCK = SteppedClock(NOW)


def environment(tmp_path: Path, *settings: str) -> Environment:
    path = tmp_path / "clari-readiness.toml"
    path.write_text(
        '[default]\nfiscal_year = { starts = "02", named_after = "end" }\n'
        '[env.prod]\nforecasts = ["net", "renewals"]\n'
        'api = { key = "env://KEY", base_url = "https://api.clari.com/v4" }\n' + "\n".join(settings)
    )
    return load(path, environ={}).get("prod")


def job(number: int, status: JobStatus = JobStatus.DONE, *, days: float = 1, seconds: float = 3) -> Job:
    start = NOW - timedelta(days=days)
    return Job(f"job-{number}", status, user_id=1, start_time=start, end_time=start + timedelta(seconds=seconds))


def limits(quota: int = 1000, left: int = 990, at_once: int = 3) -> Limits:
    return Limits(at_once, quota, at_once, left)


@pytest.mark.parametrize(
    ("settings", "needed", "largest"),
    [
        ([], 2 * (30 + 4 * 5), 10),
        (["history_quarters = 0"], 2 * 30, 2),
        (['schedule.current_quarter = "weekly"'], 2 * (5 + 4 * 5), 10),
        (['schedule.current_quarter = "hourly"', 'schedule.past_quarters = "never"'], 2 * (720 + 4), 10),
        (['schedule.past_quarters = "daily"'], 2 * 5 * 30, 10),
        (['schedule.past_quarters = "monthly"'], 2 * (30 + 4), 10),
    ],
)
def test_a_schedule_costs_what_the_exporter_would_ask_for(
    tmp_path: Path, settings: list[str], needed: int, largest: int
) -> None:
    runs = runs_of(environment(tmp_path, *settings), CLOCK)
    assert (sum(runs), max(runs)) == (needed, largest)


def test_what_this_token_took_is_not_taken_by_others(tmp_path: Path) -> None:
    jobs = [job(1), job(2), job(3, JobStatus.CANCELLED), job(4, days=31), job(5, JobStatus.FAILED)]
    assert headroom(environment(tmp_path), limits(left=990), jobs, CLOCK).others == 10 - 3


def test_more_jobs_than_were_used_are_no_credit(tmp_path: Path) -> None:
    assert headroom(environment(tmp_path), limits(left=999), [job(1), job(2)], CLOCK).others == 0


def test_the_reserve_is_never_planned_with_and_a_part_of_a_job_counts_as_one(tmp_path: Path) -> None:
    room = headroom(environment(tmp_path, "quota_reserve = 0.15"), limits(quota=101, left=101), [], CLOCK)
    assert (room.reserve, room.left) == (16, 85)


def test_without_a_job_that_ended_the_time_out_is_how_long_one_may_take(tmp_path: Path) -> None:
    known = headroom(environment(tmp_path), limits(), [job(1, seconds=40), job(2)], CLOCK)
    unknown = headroom(environment(tmp_path), limits(), [job(1, JobStatus.STARTED, seconds=40)], CLOCK)
    assert (known.slowest, unknown.slowest) == (timedelta(seconds=40), timedelta(minutes=10))


def room(*, needed: int = 100, others: int = 0, at_once: int = 3, slowest: float = 60, hours: float = 24) -> Headroom:
    return Headroom(needed, 150, 15, others, 10, at_once, timedelta(seconds=slowest), timedelta(hours=hours))


def test_what_fits_to_the_last_job_fits() -> None:
    assert list(room(needed=135).lacks()) == []
    (told,) = room(needed=136).lacks()
    assert told == (
        "136 exports are needed in 30 days, and 135 are left: 150 a month, 15 in reserve, 0 taken by others"
    )
    (told,) = room(others=36).lacks()
    assert "36 taken by others" in told


def test_a_run_that_takes_longer_than_the_time_until_the_next_does_not_fit() -> None:
    assert list(room(slowest=900, hours=1).lacks()) == []
    (told,) = room(slowest=901, hours=1).lacks()
    assert told == "10 jobs, 3 at a time, take 1:00:04, and the next run is due after 1:00:00"


def test_an_organisation_in_which_no_job_may_run_has_no_room() -> None:
    assert list(room(at_once=0).lacks()) == ["no job may run at all: concurrentLimit is 0"]
