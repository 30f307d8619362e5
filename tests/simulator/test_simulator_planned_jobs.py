"""Faults of jobs: planned when the job is queued, and then the same wherever the job is seen."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clari_readiness.simulator import (
    JobEnds,
    JobGone,
    JobShape,
    JobSlow,
    JobStuck,
    ManualClock,
    SharedWeek,
    Simulator,
    Truncated,
    WrongPeriod,
)
from clari_readiness.simulator.faults.matching import QUEUED

SECOND = QUEUED.turns(2)
PLANS = (JobEnds, JobGone, JobSlow, JobStuck, SharedWeek, Truncated, WrongPeriod)


@pytest.fixture
def three(api, simulator):
    """Return three jobs of one moment, the second of them with a fault, when so many seconds have passed."""

    def queueing(fault, seconds=5.0, **wishes):
        simulator.set_faults([fault])
        jobs = [api.queue(**wishes) for _ in range(3)]
        simulator.set_faults([])
        simulator.clock.sleep(seconds)
        return jobs

    return queueing


def listed(api):
    return {job["jobId"]: job["status"] for job in api.get("/export/jobs").json()}


def limits(api):
    return api.get("/admin/limits").json()["jobs"]


@pytest.mark.parametrize("status", ["FAILED", "ABORTED", "CANCELLED"])
def test_a_job_ends_badly_in_every_answer_and_the_others_are_done(api, three, status):
    first, bad, third = three(JobEnds(SECOND, status))
    assert listed(api) == {first: "DONE", bad: status, third: "DONE"}
    assert {name: api.job(name)["status"] for name in (first, bad, third)} == listed(api)
    assert (api.results(bad).status_code, api.results(bad).json()["code"]) == (400, "invalid_jobId")
    assert api.cancel(bad).json()["code"] == "export_failed_to_cancel"
    assert api.results(first).content == api.results(third).content
    assert limits(api)["availableConcurrentLimit"] == 3


@pytest.mark.parametrize("status", ["FAILED", "ABORTED", "CANCELLED"])
def test_a_job_is_aborted_while_it_runs_and_cancelled_before(api, three, status):
    bad = three(JobEnds(SECOND, status), seconds=0)[1]
    assert api.job(bad)["status"] == "SCHEDULED"
    api.simulator.clock.sleep(1)
    assert api.job(bad)["status"] == ("CANCELLED" if status == "CANCELLED" else "STARTED")


def test_a_stuck_job_holds_its_place_until_it_is_cancelled(api, simulator, three):
    first, stuck, third = three(JobStuck(SECOND), seconds=86_400)
    assert listed(api) == {first: "DONE", stuck: "STARTED", third: "DONE"}
    assert (limits(api)["runningJobIds"], limits(api)["availableConcurrentLimit"]) == ([stuck], 2)
    assert api.results(stuck).status_code == 400
    assert api.cancel(stuck).json() == {"status": "ABORTED", "successful": True}
    assert api.job(stuck)["status"] == "ABORTED"
    assert limits(api)["availableConcurrentLimit"] == 3
    again = api.queue()
    simulator.clock.sleep(5)
    assert api.job(again)["status"] == "DONE"


def test_a_slow_job_is_done_when_its_time_has_passed_and_says_the_same(api, simulator, three):
    first, slow, third = three(JobSlow(SECOND, seconds=300), seconds=300.9)
    assert listed(api) == {first: "DONE", slow: "STARTED", third: "DONE"}
    simulator.clock.sleep(0.2)
    assert listed(api) == dict.fromkeys((first, slow, third), "DONE")
    assert api.results(slow).content == api.results(first).content
    assert api.job(slow)["endTime"] - api.job(first)["endTime"] == 298_000


def test_a_job_that_is_gone_is_known_nowhere_and_has_spent_its_quota(api, three):
    first, gone, third = three(JobGone(SECOND), seconds=0)
    assert api.job(gone)["status"] == "SCHEDULED"
    api.simulator.clock.sleep(5)
    assert listed(api) == {first: "DONE", third: "DONE"}
    answers = (api.get(f"/export/jobs/{gone}"), api.results(gone), api.cancel(gone))
    assert [(each.status_code, "errorId" in each.json()) for each in answers] == [(404, True)] * 3
    assert (limits(api)["availableMonthlyQuota"], limits(api)["availableConcurrentLimit"]) == (997, 3)


@pytest.mark.parametrize("shape", ["bare", "wrapped"])
@pytest.mark.parametrize("wrapped", [True, False])
def test_jobs_are_shown_in_one_shape_whichever_they_have(start, connect, shape, wrapped):
    simulator = start(wrapped_jobs=wrapped, wrapped_job_lists=wrapped)
    api = connect(simulator)
    job_id = api.queue()
    paths = (f"/export/jobs/{job_id}", "/export/jobs")
    own = [api.get(path).json() for path in paths]
    job, jobs = (own[0]["job"], own[1]["jobs"]) if wrapped else own
    simulator.set_faults([JobShape(shape)])
    expected = [job, jobs] if shape == "bare" else [{"job": job}, {"jobs": jobs}]
    assert [api.get(path).json() for path in paths] == expected
    simulator.set_faults([])
    assert [api.get(path).json() for path in paths] == own


def test_an_error_has_no_shape_of_a_job(api, simulator):
    before = api.get("/export/jobs/1").json()
    simulator.set_faults([JobShape("wrapped")])
    after = api.get("/export/jobs/1").json()
    assert set(after) == set(before)
    assert after["code"] == before["code"]


def test_the_wrong_quarter_is_told_by_the_document_and_by_the_name_of_the_file(api, three):
    first, wrong, third = three(WrongPeriod(SECOND), timePeriod="2027_Q1")
    periods = {name: api.results(name).json()["timePeriods"][0]["timePeriodId"] for name in (first, wrong, third)}
    assert periods == {first: "2027_Q1", wrong: "2027_Q4", third: "2027_Q1"}
    assert "2027_Q4" in api.job(wrong)["fileName"]
    assert "2027_Q1" in api.job(first)["fileName"]


def test_a_synchronous_forecast_can_be_of_the_wrong_quarter(api, simulator):
    simulator.set_faults([WrongPeriod(QUEUED), WrongPeriod(type(QUEUED)("GET", r"/v4/forecast/.*", frozenset({2})))])
    answers = [api.get("/forecast/net_bookings?timePeriod=2027_Q1").json() for _ in range(3)]
    assert [each["timePeriods"][0]["timePeriodId"] for each in answers] == ["2027_Q1", "2027_Q4", "2027_Q1"]


def test_every_week_comes_where_the_latest_was_asked_for_and_two_quarters_share_one(api, three):
    current = three(SharedWeek(SECOND), timePeriod="2027_Q4")
    past = three(SharedWeek(SECOND), timePeriod="2027_Q3")
    told = {job_id: api.results(job_id).json() for job_id in current + past}
    frames = {job_id: {frame["timeFrameId"] for frame in each["timeFrames"]} for job_id, each in told.items()}
    assert [len(frames[job_id]) for job_id in (current[0], current[2], past[0], past[2])] == [1] * 4
    assert frames[current[0]] & frames[past[0]] == set()
    assert frames[current[1]] & frames[past[1]] == {"TF:2026-10-28"}
    keys = {
        (entry["timePeriodId"], entry["timeFrameId"])
        for job_id in (current[1], past[1])
        for entry in told[job_id]["entries"]
    }
    assert {("2027_Q4", "TF:2026-10-28"), ("2027_Q3", "TF:2026-10-28")} <= keys


@pytest.mark.parametrize("fault", PLANS)
def test_a_plan_is_for_the_job_that_was_queued_under_it_alone(api, simulator, fault):
    first = api.queue(timePeriod="2027_Q1")
    simulator.set_faults([fault()])
    second = api.queue(timePeriod="2027_Q1")
    simulator.set_faults([])
    third = api.queue(timePeriod="2027_Q1")
    plans = [simulator._jobs.get(job_id).plan for job_id in (first, second, third)]
    assert plans[0] == plans[2] != plans[1]
    assert [line.fault for line in simulator.journal] == [None, fault().says, None]


@pytest.mark.parametrize("fault", PLANS)
def test_a_plan_goes_on_in_the_next_simulator(tmp_path, connect, fault):
    with Simulator(clock=ManualClock(), state_directory=tmp_path) as first:
        first.set_faults([fault()])
        job_id = connect(first).queue(timePeriod="2027_Q1")
        plan = first._jobs.get(job_id).plan
    later = ManualClock(first.clock.now() + timedelta(seconds=5))
    with Simulator(clock=later, state_directory=tmp_path) as second:
        assert second._jobs.get(job_id).plan == plan
        assert second.export(job_id).damage == first.export(job_id).damage


def test_a_state_of_before_there_were_plans_is_read(tmp_path, connect):
    with Simulator(clock=ManualClock(), state_directory=tmp_path) as first:
        job_id = connect(first).queue()
    path = tmp_path / "simulator.json"
    text = path.read_text()
    kept = text[: text.index(',\n   "plan"')] + text[text.index("}", text.index('"plan"')) + 1 :]
    assert "plan" not in kept
    path.write_text(kept)
    with Simulator(state_directory=tmp_path) as second:
        assert second._jobs.get(job_id).plan == first._jobs.get(job_id).plan
