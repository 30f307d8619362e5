"""Several exports under way at once, in one thread: each says when it has to wait, and others go on meanwhile.

One thread is enough, because what takes time is Clari's. It also means that no two POSTs are ever in flight, and that
files are downloaded and loaded one after the other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from clari_readiness.exporter.events import Event, Step
from clari_readiness.model.time import Clock

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Pause:
    """Nothing to do for so many seconds."""

    seconds: float


Steps = Generator[Event | Pause, None, _Result]
"""The steps of an export, or of a part of one, and what comes of it."""


@dataclass
class _Row:
    """An export under way: until when it waits, and whether its job takes one of the slots that were free."""

    steps: Iterator[Event | Pause]
    until: float
    entering: bool = True
    takes_slot: bool = True
    order: int = field(default=0)


def together(
    exports: Iterable[Iterator[Event | Pause]], *, slots: int, clock: Clock, before_sleep: Callable[[], None]
) -> Iterator[Event]:
    """Yield the events of all exports as they come, with at most so many of their jobs at once.

    One enters Clari's queue after the other. A job that an earlier run left behind takes no slot: it has its own.
    """
    waiting, under_way, started = deque(exports), list[_Row](), 0
    while waiting or under_way:
        if waiting and _may_enter(under_way, max(1, slots)):
            started += 1
            under_way.append(_Row(waiting.popleft(), clock.monotonic(), order=started))
        row = min(under_way, key=lambda each: (each.until, each.order))
        if (wait := row.until - clock.monotonic()) > 0:
            before_sleep()
            clock.sleep(wait)
        if not (yield from _advance(row, clock)):
            under_way.remove(row)


def alone(steps: Steps[_Result], clock: Clock) -> Generator[Event, None, _Result]:
    """Yield the events of a single export, wait where it has to, and return what comes of it."""
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            result: _Result = end.value
            return result
        if isinstance(step, Pause):
            clock.sleep(step.seconds)
        else:
            yield step


def _may_enter(under_way: list[_Row], slots: int) -> bool:
    taken = sum(row.takes_slot for row in under_way)
    return taken < slots and not any(row.entering for row in under_way)


def _advance(row: _Row, clock: Clock) -> Generator[Event, None, bool]:
    """Go on until it waits; return whether it is still under way."""
    for step in row.steps:
        if isinstance(step, Pause):
            row.until = clock.monotonic() + step.seconds
            return True
        if step.step in (Step.QUEUED, Step.RESUMED):
            row.entering = False
            row.takes_slot = step.step is Step.QUEUED
        yield step
    return False
