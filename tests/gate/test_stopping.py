"""Ctrl-C and SIGTERM: a step that must be whole is, and what was begun is put in order."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from clari_readiness.gate.stopping import termination_interrupts, whole_step


@pytest.fixture(autouse=True)
def listening() -> Iterator[None]:
    """Ctrl-C is heard: who is started in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def step(*numbers: signal.Signals, done: list[str], error: Exception | None = None) -> None:
    """A step that must be whole, in which these signals arrive."""
    with whole_step():
        for number in numbers:
            os.kill(os.getpid(), number)
        done.append("the step")
        if error is not None:
            raise error


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=str)
def test_a_stop_waits_for_the_end_of_a_step(number: signal.Signals) -> None:
    done: list[str] = []
    with termination_interrupts(), pytest.raises(KeyboardInterrupt):
        step(number, done=done)
    assert done == ["the step"]


def test_a_second_stop_goes_through_at_once() -> None:
    done: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        step(signal.SIGINT, signal.SIGINT, done=done)
    assert done == []


def test_a_stop_is_not_lost_when_the_step_fails() -> None:
    with pytest.raises(KeyboardInterrupt):
        step(signal.SIGINT, done=[], error=OSError("the network is gone"))


def test_afterwards_signals_do_what_they_did_before() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with termination_interrupts(), whole_step():
        assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] != before
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_in_another_thread_nothing_is_changed() -> None:
    found = []

    def look() -> None:
        before = signal.getsignal(signal.SIGINT)
        with termination_interrupts(), whole_step():
            found.append(signal.getsignal(signal.SIGINT) is before)

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert found == [True]
