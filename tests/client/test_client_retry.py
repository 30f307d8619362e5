"""What is sent again, after how long, and when that stops."""

import gzip
import json
import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clari_readiness.client import Deadline, Request, Response
from clari_readiness.client.retry import Backoff, Retry, retry_after_seconds
from clari_readiness.errors import (
    AnswerLost,
    CircuitOpen,
    DeadlineExceeded,
    ForeignOrigin,
    LimitReached,
    Refused,
    ServerFault,
    TooManyRequests,
    Unauthorized,
    Unreachable,
    Unreadable,
)
from clari_readiness.model.exports import ExportRequest
from clari_readiness.model.time import SteppedClock

NINE = datetime(2026, 11, 21, 9, tzinfo=UTC)
GET = Request("GET", "/admin/limits")
POST = Request("POST", "/export/forecast/nb", json={}, repeatable=False)
OK = Response(200, {}, b"{}", 0.0, "http://127.0.0.1/v4", {})
EXPORT = ExportRequest("nb", "2027_Q4", ("forecast",))
LIMITS = {"jobs": {"concurrentLimit": 3, "monthlyQuota": 9, "availableConcurrentLimit": 3, "availableMonthlyQuota": 9}}


class Scripted:
    """The layer below: fails as it is told, and remembers when it was asked."""

    def __init__(self, clock: SteppedClock, *failures: Exception, forever: Exception | None = None) -> None:
        self._clock = clock
        self._failures = list(failures)
        self._forever = forever
        self.asked_at: list[float] = []
        self.attempts: list[int] = []

    def send(self, request: Request, deadline: Deadline) -> Response:
        assert deadline.seconds > 0
        self.asked_at.append(self._clock.monotonic())
        self.attempts.append(request.attempt)
        failure = self._failures.pop(0) if self._failures else self._forever
        if failure is not None:
            raise failure
        return OK

    def close(self) -> None:
        pass

    @property
    def waits(self) -> list[float]:
        return [after - before for before, after in zip(self.asked_at, self.asked_at[1:], strict=False)]


def run(inner, clock, request=GET, *, seconds=60.0, seed=7, backoff=None):
    retry = Retry(inner, clock=clock, chance=random.Random(seed), backoff=backoff)
    return retry.send(request, Deadline(seconds, clock=clock))


def fault(status=503, retry_after=None):
    return ServerFault("GET /it", status=status, retry_after=retry_after, error_id="e9")


def too_many(retry_after=None):
    return TooManyRequests("GET /it", status=429, retry_after=retry_after)


@pytest.mark.parametrize(
    "failure", [fault(500), fault(502), too_many(), Unreachable("x"), AnswerLost("x"), Unreadable("x")]
)
def test_what_may_pass_is_sent_again(clock, failure) -> None:
    inner = Scripted(clock, failure, failure)
    assert run(inner, clock) is OK
    assert inner.attempts == [1, 2, 3]


@pytest.mark.parametrize(
    "failure",
    [
        Refused("x", status=400),
        Refused("x", status=404),
        Refused("x", status=408),
        LimitReached("x", status=400),
        Unauthorized("x", status=401),
        ForeignOrigin("x"),
        CircuitOpen("x"),
        DeadlineExceeded("x"),
    ],
)
def test_what_will_not_pass_is_sent_once_and_said_unchanged(clock, failure) -> None:
    inner = Scripted(clock, failure)
    with pytest.raises(type(failure)) as caught:
        run(inner, clock)
    assert caught.value is failure
    assert "attempt" not in str(failure)
    assert inner.attempts == [1]
    assert clock.monotonic() == 0


@pytest.mark.parametrize("failure", [Unreachable("x"), too_many(), too_many("3")])
def test_a_request_that_queues_a_job_is_sent_again_where_it_was_not_accepted(clock, failure) -> None:
    inner = Scripted(clock, failure)
    assert run(inner, clock, POST) is OK
    assert len(inner.attempts) == 2


@pytest.mark.parametrize(
    "failure", [fault(500), fault(503, "1"), AnswerLost("x"), Unreadable("x"), DeadlineExceeded("x")]
)
def test_a_request_that_queues_a_job_is_never_sent_again_where_it_may_have_been_accepted(clock, failure) -> None:
    inner = Scripted(clock, failure)
    with pytest.raises(AnswerLost) as caught:
        run(inner, clock, POST)
    assert failure.message in str(caught.value)
    assert inner.attempts == [1]


def test_a_fault_on_queueing_keeps_status_and_error_id(server, act, client) -> None:
    body = {"code": "internal_server_error", "errorId": "c16a-77", "message": "Oops.", "namespace": "n", "orgId": 1}
    server.will(act.answer(body, 500))
    with pytest.raises(
        AnswerLost, match=r"HTTP 500 \(internal_server_error, .*errorId c16a-77\); the job may have been"
    ):
        client.queue_export(EXPORT)
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "how",
    [
        lambda act: act.close_without_answer,
        lambda act: act.reset(),
        lambda act: act.cut(body=b'{"jobId": "j'),
        lambda act: act.answer({"jobid": "j1"}),
        lambda act: act.answer({"code": "SWW", "message": "Oops.", "errorId": "e9"}),
        lambda act: act.answer(body=b"<html>"),
    ],
)
def test_whatever_hides_the_id_of_a_queued_job_is_an_answer_lost(server, act, client, how) -> None:
    server.will(how(act))
    with pytest.raises(AnswerLost, match=r"may have been queued|it was sent"):
        client.queue_export(EXPORT)
    assert len(server.seen) == 1


def test_a_burst_of_trouble_on_the_wire_is_survived(server, act, client, exchanges) -> None:
    server.will(
        act.answer({"message": "slow down"}, 429, Retry_After="2"),
        act.reset(),
        act.answer(body=b"<html><title>502</title>", status=502),
        act.cut(),
        act.answer({"code": "SWW", "message": "Oops.", "errorId": "e9"}),
        act.answer(LIMITS),
    )
    assert client.limits().monthly_quota == 9
    assert [exchange.attempt for exchange in exchanges] == [1, 2, 3, 4, 5, 6]
    assert [exchange.status for exchange in exchanges] == [429, None, 502, 200, 200, 200]
    assert (exchanges[1].at - exchanges[0].at).total_seconds() >= 2


def test_a_packed_download_that_breaks_off_is_asked_for_again_and_lands_whole(server, act, client, tmp_path) -> None:
    body = json.dumps({"entries": list(range(2000))}).encode()
    half = gzip.compress(body)[:2000]
    server.will(*[act.answer(body=half, Content_Encoding="gzip")] * 2, act.answer(body=body))
    landed = client.download("j1", tmp_path / "it.json")
    assert landed.path.read_bytes() == body
    assert len(server.seen) == 3


def test_a_download_that_always_breaks_off_is_given_up(server, act, client, tmp_path) -> None:
    server.will(*[act.answer(body=gzip.compress(b"{}")[:-1], Content_Encoding="gzip")] * 50)
    with pytest.raises(CircuitOpen, match=r"after 8 failures in a row .*does not decode as its Content-Encoding says"):
        client.download("j1", tmp_path / "it.json")
    assert len(server.seen) == 8
    assert list(tmp_path.iterdir()) == []


def test_a_failure_at_the_deadline_says_how_often_it_was_tried(clock) -> None:
    inner = Scripted(clock, forever=fault())
    with pytest.raises(ServerFault) as caught:
        run(inner, clock, seconds=10)
    assert str(caught.value) == (
        f"GET /it: HTTP 503 (errorId e9) (the call's deadline of 10 s leaves no room for another: gave up after "
        f"{len(inner.attempts)} attempts in {clock.monotonic():.0f} s)"
    )
    assert len(inner.attempts) > 3


def test_an_absurd_retry_after_fails_at_once_and_says_so(clock) -> None:
    inner = Scripted(clock, forever=too_many("86400"))
    with pytest.raises(TooManyRequests) as caught:
        run(inner, clock)
    assert (
        "asks for 86400 s before the next attempt, and 60 s are left of the call's 60 s: gave up after 1 attempt"
        in str(caught.value)
    )
    assert (inner.attempts, clock.monotonic()) == ([1], 0)


def test_an_unreachable_server_is_given_up_in_seconds(clock) -> None:
    inner = Scripted(clock, forever=Unreachable("x refused the connection", way_out="look"))
    with pytest.raises(Unreachable, match=r"x refused the connection \(gave up after 5 attempts in \d+ s\); look"):
        run(inner, clock, seconds=600)
    assert clock.monotonic() < 10


def test_a_disk_that_fails_is_not_tried_again(clock) -> None:
    inner = Scripted(clock, OSError("disk"))
    with pytest.raises(OSError, match="disk"):
        run(inner, clock)
    assert inner.attempts == [1]


def test_nothing_is_sent_again_once_the_machine_is_past_the_deadline(clock) -> None:
    """The given clock stands still here; the sockets have used up the seconds."""
    machine = SteppedClock(NINE)
    inner = Scripted(clock, forever=fault())
    deadline = Deadline(5, clock=clock, machine=machine)
    machine.sleep(6)
    with pytest.raises(ServerFault, match="gave up after 1 attempt"):
        Retry(inner, clock=clock, chance=random.Random(7)).send(GET, deadline)


@given(st.integers(1, 40), st.integers())
@example(10**6, 0)
def test_law_a_delay_lies_in_the_upper_half_of_a_ceiling_that_doubles(attempt, seed) -> None:
    """Equal jitter: never below half the ceiling, never above it; the ceiling doubles until it is the longest."""
    backoff = Backoff(first=0.5, longest=20.0)
    ceiling = backoff.ceiling(attempt)
    assert ceiling == min(20.0, 0.5 * 2.0 ** min(attempt - 1, 60))
    assert ceiling / 2 <= backoff.delay(attempt, random.Random(seed)) <= ceiling


@given(st.integers())
def test_law_single_runs_of_delays_never_shrink(seed) -> None:
    """Until the longest delay is reached, each wait is at least as long as the one before it, in every single run."""
    clock = SteppedClock(NINE)
    inner = Scripted(clock, *[fault()] * 6)
    run(inner, clock, seed=seed, seconds=600)
    assert inner.waits == sorted(inner.waits)
    assert inner.waits[0] >= 0.25


@given(seconds=st.integers(0, 50), form=st.sampled_from(["seconds", "date"]), seed=st.integers())
def test_law_retry_after_is_respected_in_either_form(seconds, form, seed) -> None:
    """No attempt comes before the server's time, whether it is given as seconds or as a date (F27)."""
    clock = SteppedClock(NINE)
    header = str(seconds) if form == "seconds" else format_datetime(NINE + timedelta(seconds=seconds), usegmt=True)
    inner = Scripted(clock, too_many(header))
    run(inner, clock, seed=seed)
    assert inner.waits[0] >= seconds


@given(
    seconds=st.floats(0.1, 900),
    failures=st.lists(st.sampled_from([None, "0", "1", "30", "5000", "rubbish"]), max_size=30),
    seed=st.integers(),
)
def test_law_no_wait_passes_the_deadline(seconds, failures, seed) -> None:
    """Whatever the server answers, the clock never passes the call's deadline while waiting."""
    clock = SteppedClock(NINE)
    inner = Scripted(clock, *[too_many(header) for header in failures], forever=fault())
    with pytest.raises(Refused, match="gave up"):
        run(inner, clock, seconds=seconds, seed=seed)
    assert clock.monotonic() <= seconds


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("0", 0),
        (" 120 ", 120),
        ("9" * 400, 999_999_999_999),
        ("Sat, 21 Nov 2026 09:01:30 GMT", 90),
        ("Sat, 21 Nov 2026 08:00:00 GMT", 0),
        ("Sat, 21 Nov 2026 10:01:30 +0100", 90),
        ("Sat, 21 Nov 2026 09:01:30 -0000", 90),
        ("Sat, 99 Nov 2026 09:01:30 GMT", None),
        ("Sat, 21 Nov 99999 09:01:30 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms_and_rubbish_says_nothing(header, seconds) -> None:
    assert retry_after_seconds(header, NINE) == seconds


@given(st.text(max_size=40))
def test_law_no_retry_after_breaks_the_reader(header) -> None:
    """Any text is a number of seconds, or nothing."""
    seconds = retry_after_seconds(header, NINE)
    assert seconds is None or seconds >= 0
