"""The circuit breaker: an outage costs a bounded number of requests, and ends without help."""

import random
import threading
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clari_readiness.client import Deadline, Request, Response
from clari_readiness.client.breaker import Breaker, BreakerState
from clari_readiness.client.retry import Retry
from clari_readiness.errors import (
    AnswerLost,
    CircuitOpen,
    ClariError,
    DeadlineExceeded,
    ForeignOrigin,
    Refused,
    ServerFault,
    TooManyRequests,
    Unreachable,
    Unreadable,
)
from clari_readiness.model.time import SteppedClock

GET = Request("GET", "/admin/limits")
OK = Response(200, {}, b"{}", 0.0, "http://127.0.0.1/v4", {})


class Clari:
    """The layer below: up, or down with a certain failure."""

    def __init__(self) -> None:
        self.failure: BaseException | None = None
        self.requests = 0

    def send(self, _request: Request, _deadline: Deadline) -> Response:
        self.requests += 1
        if self.failure is not None:
            raise self.failure
        return OK

    def close(self) -> None:
        pass


@pytest.fixture
def clari() -> Clari:
    return Clari()


@pytest.fixture
def breaker(clari, clock) -> Breaker:
    return Breaker(clari, clock=clock, failures=3, cool_down=30)


def ask(breaker, clock, times=1):
    for _ in range(times):
        try:
            breaker.send(GET, Deadline(60, clock=clock))
        except (ClariError, OSError):
            continue


FAILURES = [
    Unreachable("down"),
    AnswerLost("down"),
    Unreadable("down"),
    DeadlineExceeded("down"),
    ServerFault("down", status=503),
]


@pytest.mark.parametrize("failure", FAILURES)
def test_failures_in_a_row_open_it_and_then_nothing_is_sent(breaker, clari, clock, failure) -> None:
    clari.failure = failure
    ask(breaker, clock, 2)
    assert breaker.state is BreakerState.CLOSED
    ask(breaker, clock)
    assert breaker.state is BreakerState.OPEN
    clock.sleep(29)
    with pytest.raises(
        CircuitOpen, match=r"nothing was sent.*until 2026-11-21T09:00:30\+00:00 after 3 failures .*down"
    ):
        breaker.send(GET, Deadline(60, clock=clock))
    assert clari.requests == 3


@pytest.mark.parametrize(
    "answer",
    [None, Refused("no", status=404), TooManyRequests("slow", status=429)],
    ids=["success", "404", "429"],
)
def test_an_answer_between_failures_starts_the_count_again(breaker, clari, clock, answer) -> None:
    for _ in range(5):
        clari.failure = FAILURES[0]
        ask(breaker, clock, 2)
        clari.failure = answer
        ask(breaker, clock)
    assert breaker.state is BreakerState.CLOSED
    assert clari.requests == 15


def test_refusals_never_open_it(breaker, clari, clock) -> None:
    clari.failure = TooManyRequests("slow", status=429)
    ask(breaker, clock, 50)
    assert (breaker.state, clari.requests) == (BreakerState.CLOSED, 50)


def test_after_the_cool_down_one_probe_that_succeeds_closes_it(breaker, clari, clock) -> None:
    clari.failure = FAILURES[0]
    ask(breaker, clock, 3)
    clock.sleep(30)
    clari.failure = None
    ask(breaker, clock)
    assert breaker.state is BreakerState.CLOSED
    ask(breaker, clock, 5)
    assert clari.requests == 9


def test_a_probe_that_fails_opens_it_for_another_cool_down(breaker, clari, clock) -> None:
    clari.failure = FAILURES[0]
    ask(breaker, clock, 3)
    clock.sleep(30)
    ask(breaker, clock, 10)
    assert (breaker.state, clari.requests) == (BreakerState.OPEN, 4)
    clock.sleep(29.9)
    ask(breaker, clock, 10)
    assert clari.requests == 4


@pytest.mark.parametrize("interruption", [ForeignOrigin("elsewhere"), OSError("disk"), KeyboardInterrupt()])
def test_a_probe_that_tells_nothing_about_clari_leaves_room_for_the_next(breaker, clari, clock, interruption) -> None:
    clari.failure = FAILURES[0]
    ask(breaker, clock, 3)
    clock.sleep(30)
    clari.failure = interruption
    with pytest.raises(type(interruption)):
        breaker.send(GET, Deadline(60, clock=clock))
    assert breaker.state is BreakerState.OPEN
    clari.failure = None
    ask(breaker, clock)
    assert breaker.state is BreakerState.CLOSED


def test_while_a_probe_is_under_way_nobody_else_sends(clock) -> None:
    entered, go = threading.Event(), threading.Event()

    class Slow(Clari):
        def send(self, request: Request, deadline: Deadline) -> Response:
            if self.failure is None:
                entered.set()
                assert go.wait(5)
            return super().send(request, deadline)

    clari = Slow()
    breaker = Breaker(clari, clock=clock, failures=3, cool_down=30)
    clari.failure = FAILURES[0]
    ask(breaker, clock, 3)
    clock.sleep(30)
    clari.failure = None
    probe = threading.Thread(target=ask, args=(breaker, clock))
    probe.start()
    assert entered.wait(5)
    assert breaker.state is BreakerState.HALF_OPEN
    with pytest.raises(CircuitOpen, match="until another request has found out"):
        breaker.send(GET, Deadline(60, clock=clock))
    go.set()
    probe.join(5)
    assert (breaker.state, clari.requests) == (BreakerState.CLOSED, 4)


@given(every=st.floats(0.1, 300), seed=st.integers())
def test_law_an_outage_costs_a_bounded_number_of_requests(every, seed) -> None:
    """However often and however long it is asked: the failures that open it, and one probe for each cool-down."""
    chance = random.Random(seed)
    clock = SteppedClock(datetime(2026, 11, 21, 9, tzinfo=UTC))
    clari = Clari()
    clari.failure = FAILURES[0]
    breaker = Breaker(clari, clock=clock, failures=8, cool_down=30)
    for _ in range(300):
        ask(breaker, clock)
        clock.sleep(chance.uniform(0, every))
    assert clari.requests <= 8 + clock.monotonic() / 30


def test_a_long_outage_under_retry_is_loud_and_bounded_and_ends_without_help(clari, clock) -> None:
    client = Retry(Breaker(clari, clock=clock), clock=clock, chance=random.Random(7))
    clari.failure = FAILURES[-1]
    for _ in range(20):
        with pytest.raises((ServerFault, CircuitOpen), match="down"):
            client.send(GET, Deadline(60, clock=clock))
    assert clari.requests <= 8 + clock.monotonic() / 30 + 1
    clari.failure = None
    clock.sleep(30)
    assert client.send(GET, Deadline(60, clock=clock)) is OK


def test_threads_that_fail_at_once_count_each_failure(clari, clock) -> None:
    clari.failure = FAILURES[0]
    breaker = Breaker(clari, clock=clock, failures=1000, cool_down=30)
    threads = [threading.Thread(target=ask, args=(breaker, clock, 100)) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert breaker.state is BreakerState.OPEN
