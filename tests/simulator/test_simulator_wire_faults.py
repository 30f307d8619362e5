"""Faults on the wire, redirects, and faults that last: with one exactly one thing changes, and without it nothing."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.utils import parsedate_to_datetime

import httpx
import pytest

from clari_readiness.simulator import (
    AnswerLost,
    BadGateway,
    BrokenGzip,
    CutShort,
    Dripping,
    During,
    ErrorInside,
    JobStatus,
    LimitReached,
    Malformed,
    Match,
    Outage,
    RateLimited,
    Redirected,
    Reset,
    RunningClock,
    Simulator,
    Status,
    Watcher,
    WrongType,
)
from clari_readiness.simulator.faults import Injector
from clari_readiness.simulator.faults.matching import QUEUED
from clari_readiness.simulator.faults.rate_limited import ABSURD
from clari_readiness.simulator.faults.transport import Ended

LIMITS = Match("GET", r"/v4/admin/limits", frozenset({2}))
EVERY = Match("GET", r"/v4/admin/limits")


def three(api):
    """Ask for the limits three times, and return the second answer; the others have to be as ever."""
    first, second, third = (api.get("/admin/limits") for _ in range(3))
    assert first.json() == third.json()
    assert (first.status_code, third.status_code) == (200, 200)
    return second


@pytest.mark.parametrize(("told", "header"), [(7, "7"), (1.5, "2"), (None, None), *((text, text) for text in ABSURD)])
def test_a_429_says_how_long_to_wait_or_nothing_or_nonsense(api, simulator, told, header):
    simulator.set_faults([RateLimited(LIMITS, told)])
    answer = three(api)
    assert (answer.status_code, answer.headers.get("retry-after")) == (429, header)
    assert answer.json() == {"message": "API rate limit exceeded"}
    assert simulator.journal.lines[1].answered.get("retry-after") == header


def test_a_429_can_say_until_when_by_the_simulators_clock(api, simulator, clock):
    clock.step(0.4)
    simulator.set_faults([RateLimited(LIMITS, 7, clock)])
    told = parsedate_to_datetime(three(api).headers["retry-after"])
    assert timedelta(seconds=7) <= told - clock.now() < timedelta(seconds=8)
    assert told.microsecond == 0


def test_a_gateway_answers_in_html_and_nothing_behind_it_sees_the_request(api, simulator):
    simulator.set_faults([BadGateway(LIMITS), BadGateway(QUEUED)])
    answer = three(api)
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html")
    assert "Bad Gateway" in answer.text
    assert api.post("/export/forecast/net_bookings", json={}).status_code == 502
    assert api.get("/export/jobs").json() == []


def test_a_broken_stream_has_the_right_length_and_is_the_beginning_of_the_right_one(api, simulator):
    whole = api.get("/admin/limits").content
    simulator.set_faults([BrokenGzip(LIMITS, share=0.7)])
    api.get("/admin/limits")
    with api.http.stream("GET", "/admin/limits") as answer:
        raw = b"".join(answer.iter_raw())
    assert (answer.status_code, answer.headers["content-encoding"]) == (200, "gzip")
    assert len(raw) == int(answer.headers["content-length"])
    assert whole.startswith(zlib.decompressobj(wbits=31).decompress(raw))
    with pytest.raises(EOFError):
        gzip.decompress(raw)
    assert api.get("/admin/limits").content == whole


def test_a_redirect_keeps_path_and_query_and_nothing_goes_there_by_itself(api, simulator):
    with Watcher(simulator.key) as watcher:
        simulator.set_faults([Redirected(Match("GET", r"/v4/audit/events", frozenset({1})), watcher.origin)])
        answer = api.get("/audit/events?limit=3")
        assert (answer.status_code, answer.content) == (307, b"")
        assert answer.headers["location"] == f"{watcher.origin}/v4/audit/events?limit=3"
        assert watcher.sightings.all == ()
        assert api.get("/audit/events?limit=3").status_code == 200
        assert simulator.journal.lines[0].answered["location"] == answer.headers["location"]


def test_who_follows_a_redirect_with_the_key_is_seen(api, simulator):
    with Watcher(simulator.key) as watcher:
        simulator.set_faults([Redirected(QUEUED, watcher.origin)])
        answer = api.post("/export/forecast/net_bookings", json={"timePeriod": "2027_Q3"}, follow_redirects=True)
        assert answer.json() == {"jobId": "0" * 24}
        seen = watcher.sightings.all
    assert [(each.method, each.target, each.has_key) for each in seen] == [
        ("POST", "/v4/export/forecast/net_bookings", True)
    ]
    assert api.get("/export/jobs").json() == []


def test_a_fault_lasts_from_its_first_turn_on_for_its_span(api, simulator, clock):
    simulator.set_faults([During(Status(EVERY.onwards(2), 503), clock, 180.0)])
    clock.step(1000)
    assert api.get("/admin/limits").status_code == 200
    clock.step(1000)
    seen = []
    for seconds in (0, 179, 0.9, 0.2, 3600):
        clock.step(seconds)
        seen.append(api.get("/admin/limits").status_code)
    assert seen == [503, 503, 503, 200, 200]
    assert [line.fault for line in simulator.journal] == [None, *["status 503"] * 3, None, None]


def test_too_many_jobs_at_once_can_pass(api, simulator, clock):
    simulator.set_faults([During(LimitReached("concurrent"), clock, 60.0)])
    refused = api.post("/export/forecast/net_bookings", json={})
    assert (refused.status_code, refused.json()["code"]) == (400, "export_monthly_quota_reached")
    shown = api.get("/admin/limits").json()["jobs"]
    assert (shown["availableConcurrentLimit"], shown["availableMonthlyQuota"]) == (0, 1000)
    clock.step(61)
    assert api.get("/admin/limits").json()["jobs"]["availableConcurrentLimit"] == 3
    assert api.queue()


def test_an_outage_is_counted_in_the_simulators_time_however_fast_it_runs(connect):
    with Simulator(time_scale=600.0) as simulator:
        api = connect(simulator)
        simulator.set_faults([During(Status(Match(), 503), simulator.clock, 180.0)])
        began = simulator.clock.monotonic()
        assert api.get("/admin/limits").status_code == 503
        while api.get("/admin/limits").status_code == 503:
            simulator.clock.sleep(5)
        assert 180 <= simulator.clock.monotonic() - began < 360
        good = [line for line in simulator.journal if line.status == 200]
        assert good[0].arrived - simulator.journal.lines[0].arrived >= 180


def test_faults_act_together_the_first_of_them_nearest_to_the_network(api, simulator):
    plain = api.get("/admin/limits").content
    simulator.set_faults([Malformed(EVERY), LimitReached("monthly", EVERY)])
    both = api.get("/admin/limits").content
    assert both == plain.replace(b'"availableMonthlyQuota":1000', b'"availableMonthlyQuota":0')[:-1]
    simulator.set_faults([Status(EVERY, 500), LimitReached("monthly", EVERY)])
    assert api.get("/admin/limits").status_code == 500
    simulator.set_faults([Dripping(EVERY, seconds=0.001), ErrorInside(EVERY)])
    assert "errorId" in api.get("/admin/limits").json()
    assert [set(line.fault.split("; ")) for line in simulator.journal if line.fault] == [
        {"malformed JSON", "monthly limit reached"},
        {"status 500"},
        {"dripping: 10 x 0.001 s", "status 200 with an error inside"},
    ]


@pytest.mark.parametrize("inner", [Reset(EVERY), CutShort(EVERY, share=0.0), Outage(RunningClock(), 0.0, 1e12, None)])
@pytest.mark.parametrize("outer", [Malformed(EVERY), Dripping(EVERY), JobStatus("DONE", EVERY), AnswerLost(EVERY)])
def test_a_connection_that_ended_stays_so_and_is_one_line_of_the_journal(api, simulator, outer, inner):
    simulator.set_faults([outer, inner])
    with pytest.raises(httpx.TransportError):
        api.get("/admin/limits")
    assert len(simulator.journal) == 1
    assert simulator.journal.lines[0].status is None
    simulator.set_faults([])
    assert api.get("/admin/limits").status_code == 200


def test_the_end_of_a_connection_is_no_crash_of_the_server():
    async def application(*_):
        raise Ended

    served = Injector(application)({"type": "http", "method": "GET", "path": "/"}, None, None)
    with ThreadPoolExecutor(1) as thread:  # a browser's tests leave their event loop running in this one
        thread.submit(asyncio.run, served).result()


def test_json_can_say_that_it_is_something_else(api, simulator):
    simulator.set_faults([WrongType(LIMITS, body=None)])
    answer = three(api)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.json() == api.get("/admin/limits").json()
