"""Faults drawn from a seed, time that runs faster, and a journal that laws can be judged by."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from hashlib import sha256

import httpx
import pytest

from clari_readiness.errors import ReadinessError
from clari_readiness.simulator import (
    AnswerLost,
    Match,
    Possibility,
    RateLimited,
    Simulator,
    Status,
    combined,
    passing,
)
from clari_readiness.simulator import faults as all_faults
from clari_readiness.simulator.faults.matching import QUEUED
from clari_readiness.simulator.faults.passing import READING as READ_IN_PASSING

READING = Match("GET", r"/v4/admin/limits")


def possibilities(count=6, **more):
    return [
        Possibility(f"status {500 + n}", lambda match, n=n: Status(match, 500 + n), READING, **more)
        for n in range(count)
    ]


def test_the_same_seed_draws_the_same_and_another_seed_something_else():
    drawn = [str(combined(seed, possibilities(most=3))) for seed in (1, 1, 2, 3)]
    assert drawn[0] == drawn[1]
    assert len(set(drawn)) == 3


def test_everything_is_drawn_and_placed_sooner_or_later():
    every = [each for seed in range(200) for each in combined(seed, possibilities(most=3, earliest=2, latest=5)).drawn]
    assert set(Counter(each.name for each in every)) == {f"status {500 + n}" for n in range(6)}
    assert {min(each.match.nth) for each in every} == {2, 3, 4, 5}
    assert {len(each.match.nth) for each in every} == {1, 2, 3}
    assert {(each.match.method, each.match.path) for each in every} == {("GET", READING.path)}


def test_so_many_are_drawn_in_the_order_in_which_they_are_listed():
    for seed in range(50):
        names = [each.name for each in combined(seed, possibilities(), faults=4).drawn]
        assert len(names) == 4
        assert names == sorted(names)
    assert combined(0, possibilities(), faults=0).faults == ()


def test_another_possibility_does_not_move_those_that_were_drawn():
    for seed in range(50):
        before, after = (combined(seed, possibilities(count)).drawn for count in (6, 7))
        assert len({str(each) for each in before} - {str(each) for each in after}) <= 1


def test_a_combination_says_what_it_is():
    said = str(combined(5, possibilities(1, most=3), faults=1))
    assert said.startswith("seed 5: status 500 (GET /v4/admin/limits, ")


def test_what_was_drawn_acts_where_it_says(api, simulator):
    combination = combined(11, possibilities(most=2, latest=3))
    simulator.set_faults(combination.faults)
    seen = [api.get("/admin/limits").status_code for _ in range(8)]
    for n, status in enumerate(seen, 1):
        hit = [each.fault.status for each in combination.drawn if n in each.match.nth]
        assert status == (hit[0] if hit else 200)
    assert len(set(seen)) > 1


@pytest.mark.parametrize(("count", "draw"), [(2, 3), (2, -1)])
def test_more_than_there_is_cannot_be_drawn(count, draw):
    with pytest.raises(ReadinessError, match="draw fewer"):
        combined(0, possibilities(count), faults=draw)


def test_two_of_one_name_cannot_be_drawn_from():
    with pytest.raises(ReadinessError, match="name each but once"):
        combined(0, [*possibilities(), *possibilities()])


def test_what_passes_has_names_of_its_own_and_can_be_combined(clock):
    every = passing(clock)
    assert len({each.name for each in every}) == len(every)
    made = {type(each.make(each.at)).__name__ for each in every}
    assert made <= set(all_faults.__all__)
    drawn = {each.name for seed in range(300) for each in combined(seed, passing(clock)).drawn}
    assert drawn == {each.name for each in every}


def test_the_contents_that_pass_are_data_and_no_damage(clock):
    made = [each.make(each.at) for each in passing(clock)]
    contents = [each for each in made if isinstance(each, all_faults.Content)]
    assert contents
    assert all(each.legitimate for each in contents)


@pytest.mark.parametrize("seed", range(12))
def test_whoever_asks_again_gets_the_truth_under_whatever_passes(api, simulator, clock, seed):
    simulator.set_faults(combined(seed, passing(clock), faults=4).faults)
    job_id = patient(lambda: queued(api, simulator), clock)
    patient(lambda: status_of(api, job_id) not in ("SCHEDULED", "STARTED"), clock, times=200)
    truth = simulator.export(job_id)
    if truth.status == "DONE":
        told = patient(lambda: read(api, job_id), clock)
        assert {entry["userId"] for entry in told["entries"]} == {each["userId"] for each in truth.document["entries"]}
        assert truth.loadable
    else:
        assert truth.status in ("FAILED", "ABORTED", "CANCELLED")


def patient(ask, clock, times=30):
    for _ in range(times):
        try:
            if found := ask():
                return found
        except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError):
            pass
        clock.step(3)
    raise AssertionError("it did not pass")


def queued(api, simulator):
    lost = [line.queued for line in simulator.journal if line.queued]
    return lost[0] if lost else api.post("/export/forecast/net_bookings", json={}).json()["jobId"]


def status_of(api, job_id):
    document = api.get(f"/export/jobs/{job_id}").json()
    return document.get("job", document)["status"]


def read(api, job_id):
    answer = api.results(job_id)
    document = answer.json()
    return document if answer.status_code == 200 and document["entries"] else None


def test_a_line_says_when_in_seconds_of_the_simulator_however_fast_it_runs(connect):
    with Simulator(time_scale=1000.0) as simulator:
        api = connect(simulator)
        api.get("/admin/limits")
        simulator.clock.sleep(100)
        api.get("/admin/limits")
        first, second = simulator.journal.lines
    assert simulator.time_scale == 1000.0
    assert 100 <= second.arrived - first.ended < 1000
    assert first.arrived <= first.ended
    passed = datetime.fromisoformat(second.at) - datetime.fromisoformat(first.at)
    assert abs(passed.total_seconds() - (second.arrived - first.arrived)) < 20


def test_jobs_take_seconds_of_the_simulator_and_a_thousandth_of_ours(connect):
    with Simulator(time_scale=1000.0) as simulator:
        api = connect(simulator)
        job_id = api.queue()
        simulator.clock.sleep(3.0)
        job = api.job(job_id)
    assert (job["status"], job["endTime"] - job["startTime"]) == ("DONE", 3000)


def test_a_clock_that_was_kept_goes_on_at_another_speed(tmp_path):
    with Simulator(time_scale=7.0, state_directory=tmp_path) as first:
        pass
    second = Simulator(time_scale=60.0, state_directory=tmp_path)
    assert (first.time_scale, second.time_scale) == (7.0, 60.0)
    assert timedelta() <= second.clock.now() - first.clock.now() < timedelta(minutes=10)
    assert Simulator(state_directory=tmp_path).time_scale == 7.0


def test_a_line_has_the_body_the_job_and_what_the_answer_asked_for(api, simulator):
    simulator.set_faults([RateLimited(QUEUED.turns(2), 7), AnswerLost(QUEUED.turns(3))])
    job_id = api.queue(timePeriod="2027_Q3", typesToExport=["quota"])
    api.post("/export/forecast/net_bookings", json={"timePeriod": "2027_Q2"})
    with pytest.raises(httpx.ReadError):
        api.post("/export/forecast/net_bookings", json={})
    api.get("/export/jobs")
    first, limited, lost, other = simulator.journal
    assert first.document() == {"timePeriod": "2027_Q3", "typesToExport": ["quota"]}
    assert (first.queued, limited.queued, other.queued) == (job_id, None, None)
    assert limited.answered["retry-after"] == "7"
    assert (lost.status, lost.queued in {job["jobId"] for job in api.get("/export/jobs").json()}) == (None, True)
    assert other.document() is None


def test_any_key_but_the_simulators_is_a_hash(simulator, anybody):
    stray = "a-key-from-somewhere-else"
    anybody.get(f"{simulator.base_url()}/admin/limits", headers={"apikey": stray})
    anybody.get(f"{simulator.base_url()}/admin/limits")
    assert [line.key for line in simulator.journal] == [f"sha256:{sha256(stray.encode()).hexdigest()}", None]
    assert stray not in repr(simulator.journal.lines)


def test_what_is_read_and_counted_is_no_look_at_a_job_of_which_a_busy_machine_sees_fewer() -> None:
    counted = ("/v4/export/jobs", "/v4/export/jobs/1/results", "/v4/audit/events", "/v4/admin/limits")
    assert all(READ_IN_PASSING.fits("GET", path) for path in counted)
    assert not READ_IN_PASSING.fits("GET", "/v4/export/jobs/1")
