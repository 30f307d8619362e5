"""Ctrl-C and SIGTERM: a step that must be whole is, and what was begun is put in order."""

from __future__ import annotations

import os
import signal
import sys
from threading import Event, Thread

import pytest

from clari_readiness.gate.stopping import termination_interrupts, whole_step


def step(*numbers: signal.Signals, done: list[str], error: Exception | None = None) -> None:
    """A step that must be whole, in which these signals arrive."""
    with whole_step():
        for number in numbers:
            os.kill(os.getpid(), number)
        done.append("the step")
        if error is not None:
            raise error


class StoppedAtItsEnd:
    """Something to which a stop comes while it is finalized, where Python ignores what is raised."""

    def __init__(self, number: signal.Signals, finalized: list[str]) -> None:
        self._number = number
        self._finalized = finalized

    def __del__(self) -> None:
        self._finalized.append("begun")
        os.kill(os.getpid(), self._number)
        self._finalized.append("ended")


class FailsAtItsEnd:
    """Something whose finalizer fails."""

    def __del__(self) -> None:
        raise OSError("the file is closed already")


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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=str)
def test_a_stop_is_not_lost_where_python_ignores_what_is_raised(number: signal.Signals) -> None:
    finalized: list[str] = []
    with termination_interrupts():
        StoppedAtItsEnd(number, finalized)
        assert finalized == ["begun"]
        with pytest.raises(KeyboardInterrupt):
            Event().wait(20)


def test_what_else_python_ignores_is_told_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: told.append(unraisable.exc_type))
    with termination_interrupts():
        FailsAtItsEnd()
    assert told == [OSError]


def test_afterwards_signals_do_what_they_did_before() -> None:
    def now() -> list[object]:
        return [*map(signal.getsignal, (signal.SIGINT, signal.SIGTERM)), sys.unraisablehook]

    before = now()
    with termination_interrupts(), whole_step():
        assert all(one is not another for one, another in zip(now(), before, strict=True))
    assert now() == before


def test_in_another_thread_nothing_is_changed() -> None:
    found = []

    def look() -> None:
        before = signal.getsignal(signal.SIGINT)
        with termination_interrupts(), whole_step():
            found.append(signal.getsignal(signal.SIGINT) is before)

    thread = Thread(target=look)
    thread.start()
    thread.join()
    assert found == [True]
