"""Faults: without one nothing changes, and with one exactly one thing does."""

import asyncio
import contextlib
import json
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime

import httpx
import pytest

from clari_readiness.simulator import AnswerLost, Match, OthersExports, Redirected, Reset, Status

LIMITS = Match("GET", r"/v4/admin/limits", frozenset({2}))
QUEUE = Match("POST", r"/v4/export/forecast/.*", frozenset({1}))


def statuses(api, times=3):
    """Ask for the limits so many times; a connection that was reset counts as None, any other failure as itself."""
    return [status_of(api) for _ in range(times)]


def status_of(api):
    try:
        return api.get("/admin/limits").status_code
    except httpx.ReadError as problem:
        return None if "reset" in str(problem).lower() else problem


@pytest.mark.parametrize("faults", [[], [Status(LIMITS, 429, {"Retry-After": "7"})]])
def test_every_answer_says_when_it_was_made_by_the_simulators_clock(api, simulator, faults):
    simulator.set_faults(faults)
    dates = [parsedate_to_datetime(api.get("/admin/limits").headers["date"]) for _ in range(2)]
    assert dates == [simulator.clock.now()] * 2


@pytest.mark.parametrize(
    ("fault", "seen"),
    [(Status(LIMITS, 503), 503), (Status(LIMITS, 429, {"Retry-After": "7"}), 429), (Reset(LIMITS), None)],
)
def test_only_the_chosen_request_is_hit(api, simulator, fault, seen):
    assert statuses(api) == [200, 200, 200]
    simulator.set_faults([fault])
    assert statuses(api) == [200, seen, 200]
    simulator.set_faults([])
    assert statuses(api) == [200, 200, 200]


def test_a_fault_for_all_requests_hits_all_of_its_method_and_path_alone(api, simulator):
    simulator.set_faults([Status(Match("GET", r"/v4/admin/.*"), 500)])
    assert statuses(api) == [500, 500, 500]
    assert (api.get("/export/jobs").status_code, api.queue() != "") == (200, True)


def test_each_fault_counts_for_itself(api, simulator):
    first, second = Match("GET", nth=frozenset({1})), Match("GET", nth=frozenset({2}))
    simulator.set_faults([Status(first, 502), Status(second, 504)])
    assert statuses(api) == [502, 504, 200]


def test_a_status_has_its_headers_and_its_body(api, simulator):
    html = Status(LIMITS, 502, {"Retry-After": "3"}, b"<html>Bad Gateway</html>", "text/html")
    simulator.set_faults([html])
    api.get("/admin/limits")
    answer = api.get("/admin/limits")
    assert (answer.status_code, answer.headers["retry-after"], answer.text) == (502, "3", "<html>Bad Gateway</html>")
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("/export/jobs", {"code", "namespace", "errorId", "message", "orgId"}),
        ("/audit/events", {"errors"}),
        ("/nowhere", {"message", "request_id"}),
        ("/ingest/job/1", {"error"}),
    ],
)
def test_a_status_without_a_body_has_the_one_of_its_surface(api, simulator, path, keys):
    simulator.set_faults([Status(Match("GET"), 500)])
    answer = api.get(path)
    assert (answer.status_code, set(answer.json())) == (500, keys)


def test_a_status_on_opportunities_is_a_list(api, simulator):
    simulator.set_faults([Status(Match("GET"), 500)])
    assert api.get("/opportunity").json()[0]["statusCode"] == 500


@pytest.mark.parametrize("fault", [Status(QUEUE, 500), Reset(QUEUE)])
def test_a_request_that_a_fault_took_was_never_handled(api, simulator, fault):
    simulator.set_faults([fault])
    with contextlib.suppress(httpx.ReadError):
        api.post("/export/forecast/net_bookings", json={})
    assert api.get("/export/jobs").json() == []


def test_an_answer_that_is_lost_was_accepted_and_spent_quota(api, simulator):
    simulator.set_faults([AnswerLost(QUEUE)])
    with pytest.raises(httpx.ReadError, match="reset"):
        api.post("/export/forecast/net_bookings", json={})
    assert len(api.get("/export/jobs").json()) == 1
    assert api.get("/admin/limits").json()["jobs"]["availableMonthlyQuota"] == 999
    api.queue()
    assert len(api.get("/export/jobs").json()) == 2


@pytest.mark.parametrize("asked", [{}, {"timePeriod": "2027_Q3", "includeHistorical": True}])
def test_others_export_the_same_quarter_before_and_after_with_other_weeks(api, simulator, asked):
    simulator.set_faults([OthersExports(QUEUE)])
    mine = api.post("/export/forecast/net_bookings", json=asked).json()["jobId"]
    jobs = [job["jobId"] for job in sorted(api.get("/export/jobs").json(), key=lambda job: job["startTime"])]
    assert (len(jobs), jobs.index(mine)) == (3, 1)
    weeks = {
        each.job_id: len({entry["timeFrameId"] for entry in each.document["entries"]}) for each in simulator.exports()
    }
    before, own, after = (weeks[job] for job in jobs)
    assert before == after
    assert (own > after) == asked.get("includeHistorical", False)
    assert own != after
    (line,) = (line for line in simulator.journal if line.method == "POST")
    assert (line.queued, line.fault) == (mine, "others queued exports too")
    api.post("/export/forecast/net_bookings", json={})
    assert len(api.get("/export/jobs").json()) == 3  # no more than three at once


def test_the_journal_says_what_was_done_to_a_request(api, simulator):
    simulator.set_faults([Status(LIMITS, 503), AnswerLost(QUEUE), Reset(Match("PATCH"))])
    statuses(api, 2)
    with pytest.raises(httpx.ReadError):
        api.post("/export/forecast/net_bookings", json={"timePeriod": "2027_Q3"})
    with pytest.raises(httpx.ReadError):
        api.cancel("1")
    assert [(line.status, line.fault) for line in simulator.journal] == [
        (200, None),
        (503, "status 503"),
        (None, "answer lost: 200"),
        (None, "reset"),
    ]
    assert json.loads(simulator.journal.lines[2].body) == {"timePeriod": "2027_Q3"}


def test_whoever_has_an_empty_answer_finds_its_line(simulator):
    simulator.set_faults([Redirected(Match(), "http://127.0.0.1:9")])
    lines_at = {}

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        lines_at[message["type"]] = len(simulator.journal)

    scope = {"type": "http", "method": "GET", "path": "/v4/admin/limits", "query_string": b"", "headers": []}
    with ThreadPoolExecutor(1) as pool:  # a thread of its own, which has no event loop yet
        pool.submit(asyncio.run, simulator._app(scope, receive, send)).result()
    assert lines_at == {"http.response.start": 1, "http.response.body": 1}
