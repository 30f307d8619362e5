"""Each fault: without it nothing changes, and with it exactly one thing does."""

from __future__ import annotations

import json
import time

import httpx
import pytest

from clari_readiness.simulator import (
    CutShort,
    Dripping,
    EmptyResults,
    Endless,
    ErrorInside,
    Expired,
    JobStatus,
    LimitReached,
    Malformed,
    Match,
    Outage,
    ResetInBody,
    Revoked,
    Truncated,
    WrongPeriod,
    WrongType,
)
from clari_readiness.simulator.faults.matching import QUEUED, RESULTS

LIMITS = Match("GET", r"/v4/admin/limits", frozenset({2}))


@pytest.fixture
def done(api, simulator):
    """A job that is DONE, and what its results are without any fault."""
    job_id = api.queue(timePeriod="2027_Q3")
    simulator.clock.sleep(10)
    return job_id


def told(answer):
    return answer.status_code, answer.text


@pytest.mark.parametrize("fault", [ResetInBody(LIMITS), CutShort(LIMITS)])
def test_a_body_that_ends_too_soon_is_an_error_for_the_one_request(api, simulator, fault):
    simulator.set_faults([fault])
    before = told(api.get("/admin/limits"))
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        api.get("/admin/limits")
    assert told(api.get("/admin/limits")) == before
    assert [line.status for line in simulator.journal][::2] == [200, 200]


def test_a_cut_body_was_begun_with_its_whole_length(api, simulator):
    whole = api.get("/admin/limits").content
    simulator.set_faults([CutShort(Match(), share=0.5)])
    got = []
    with pytest.raises(httpx.RemoteProtocolError, match=f"received {len(whole) // 2} bytes, expected {len(whole)}"):
        read_into(got, api)
    assert b"".join(got) == whole[: len(whole) // 2]


def read_into(got, api):
    with api.http.stream("GET", "/admin/limits") as answer:
        for chunk in answer.iter_raw():
            got.append(chunk)


def test_a_dripping_body_is_the_same_body(api, simulator):
    before = told(api.get("/admin/limits"))
    simulator.set_faults([Dripping(Match(), drips=5, seconds=0.001)])
    with api.http.stream("GET", "/admin/limits") as answer:
        chunks = list(answer.iter_raw())
    assert len(chunks) > 1
    assert b"".join(chunks).decode() == before[1]


def test_an_endless_body_is_never_whole_and_its_line_is_written_when_the_client_has_gone(api, simulator):
    whole = api.get("/admin/limits").text
    simulator.set_faults([Endless(LIMITS.turns(1), seconds=0.01)])
    with api.http.stream("GET", "/admin/limits") as answer:
        assert "content-length" not in answer.headers
        chunks = [chunk for chunk, _ in zip(answer.iter_text(), range(5), strict=False)]
        assert len(simulator.journal) == 1
    assert "".join(chunks).rstrip() == whole[: len(whole) // 2].rstrip()
    assert "".join(chunks).endswith("  ")
    assert simulator.journal.settled()
    assert (simulator.journal.lines[1].status, simulator.journal.lines[1].fault) == (None, "dripping without end")
    assert api.get("/admin/limits").text == whole


def test_a_simulator_stops_while_a_body_drips_without_end(api, simulator):
    simulator.set_faults([Endless(Match())])
    with api.http.stream("GET", "/admin/limits") as answer:
        assert answer.status_code == 200
        began = time.monotonic()
        simulator.stop()
        assert time.monotonic() - began < 8


def test_an_error_inside_comes_with_status_200(api, simulator):
    simulator.set_faults([ErrorInside(LIMITS)])
    answers = [api.get("/admin/limits") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert "errorId" in answers[1].json()
    assert answers[0].json() == answers[2].json()


def test_malformed_json_lacks_its_last_byte(api, simulator):
    simulator.set_faults([Malformed(LIMITS)])
    answers = [api.get("/admin/limits").text for _ in range(3)]
    assert answers[0] == answers[2] == answers[1] + "}"


def test_a_page_comes_where_json_was_expected(api, simulator):
    simulator.set_faults([WrongType(LIMITS)])
    types = [api.get("/admin/limits").headers["content-type"] for _ in range(3)]
    assert types == ["application/json", "text/html; charset=utf-8", "application/json"]


@pytest.mark.parametrize("status", ["FAILED", "ABORTED", "CANCELLED", "STARTED", "SCHEDULED"])
def test_one_job_is_shown_in_another_state_and_the_others_are_not(api, simulator, done, status):
    other = api.queue(timePeriod="2027_Q2")
    simulator.clock.sleep(10)
    simulator.set_faults([JobStatus(status, jobs=frozenset({1}))])
    shown = api.job(done)
    assert (shown["status"], "endTime" in shown) == (status, status not in ("STARTED", "SCHEDULED"))
    assert api.job(other)["status"] == "DONE"
    assert api.job(done)["status"] == status


def test_a_slow_job_is_shown_so_for_a_while(api, simulator, done):
    simulator.set_faults([JobStatus("STARTED", polls=2)])
    assert [api.job(done)["status"] for _ in range(3)] == ["STARTED", "STARTED", "DONE"]


@pytest.mark.parametrize("flag", ["rowsTruncated", "cellsTruncated"])
def test_truncated_results_are_half_and_their_job_says_so(api, simulator, flag):
    simulator.set_faults([Truncated(QUEUED.turns(2), flag=flag)])
    whole, half, other = (api.queue(timePeriod="2027_Q3") for _ in range(3))
    simulator.clock.sleep(10)
    told = {job_id: api.results(job_id).json()["entries"] for job_id in (whole, half, other)}
    assert [api.job(job_id)[flag] for job_id in (whole, half, other)] == [False, True, False]
    assert told[half] == told[whole][: len(told[whole]) // 2]
    assert told[other] == told[whole]


def test_the_wrong_quarter_comes_without_a_word(api, simulator):
    simulator.set_faults([WrongPeriod(Match("POST", nth=frozenset({1})))])
    periods = [api.export(timePeriod="2027_Q1").json()["timePeriods"][0]["timePeriodId"] for _ in range(2)]
    assert periods == ["2027_Q4", "2027_Q1"]


def test_empty_results_have_no_entries_and_no_error(api, simulator, done):
    simulator.set_faults([EmptyResults(Match("GET", r".*/results", frozenset({1})))])
    assert api.results(done).json() == {"entries": []}
    assert api.results(done).json()["entries"]


def test_expired_results_are_refused_while_their_job_is_done(api, simulator, done):
    simulator.set_faults([Expired()])
    answer = api.results(done)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_jobId")
    assert api.job(done)["status"] == "DONE"


@pytest.mark.parametrize(
    ("limit", "key"), [("monthly", "availableMonthlyQuota"), ("concurrent", "availableConcurrentLimit")]
)
def test_a_limit_that_is_reached_shows_in_the_limits_alone(api, simulator, limit, key):
    before = api.get("/admin/limits").json()["jobs"]
    simulator.set_faults([LimitReached(limit)])
    answer = api.post("/export/forecast/net_bookings", json={})
    assert (answer.status_code, answer.json()["code"]) == (400, "export_monthly_quota_reached")
    assert api.get("/admin/limits").json()["jobs"] == {**before, key: 0}
    assert api.get("/export/jobs").json() == []


def test_a_revoked_token_is_good_before_and_never_after(api, simulator):
    simulator.set_faults([Revoked(Match(since=3))])
    answers = [api.get("/admin/limits") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 401, 401]
    assert answers[2].json() == {"message": "Invalid authentication credentials"}


@pytest.mark.parametrize("status", [503, None])
def test_an_outage_lasts_as_long_as_it_says(api, simulator, status):
    clock = simulator.clock
    simulator.set_faults([Outage(clock, 10.0, 20.0, status)])
    seen = []
    for _ in range(3):
        try:
            seen.append(api.get("/admin/limits").status_code)
        except httpx.ReadError:
            seen.append(None)
        clock.sleep(10)
    assert seen == [200, status, 200]


def test_the_journal_names_the_fault(api, simulator, done):
    simulator.set_faults([EmptyResults(RESULTS)])
    api.results(done)
    line = simulator.journal.lines[-1]
    assert (line.status, line.fault) == (200, "empty results")
    assert json.dumps(line.fault)
