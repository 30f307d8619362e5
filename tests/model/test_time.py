from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clari_readiness.model.time import Clock, ScaledClock, SteppedClock, SystemClock, from_epoch_ms, to_epoch_ms

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@given(st.integers(0, 4_102_444_800_000))
def test_epoch_milliseconds_survive_the_way_there_and_back(milliseconds: int) -> None:
    """Law: to_epoch_ms undoes from_epoch_ms, to the millisecond."""
    assert to_epoch_ms(from_epoch_ms(milliseconds)) == milliseconds
    assert from_epoch_ms(milliseconds).tzinfo is UTC


def test_a_stepped_clock_stands_still_until_somebody_waits() -> None:
    clock = SteppedClock(NOON)
    before = clock.now()
    assert clock.now() == before == NOON
    clock.sleep(90)
    assert clock.now() == NOON + timedelta(seconds=90)


def test_a_stepped_clock_waits_without_taking_time() -> None:
    clock, begun = SteppedClock(NOON), time.monotonic()
    clock.sleep(3_600)
    assert time.monotonic() - begun < 1


@given(st.lists(st.floats(-10, 1_000), max_size=20))
def test_a_stepped_clock_never_goes_backwards(waits: list[float]) -> None:
    """Law: monotonic never decreases, and waiting a negative time is not waiting."""
    clock, seen = SteppedClock(NOON), [0.0]
    for seconds in waits:
        clock.sleep(seconds)
        seen.append(clock.monotonic())
    assert seen == sorted(seen)


@pytest.mark.parametrize(
    "clock",
    [SystemClock(), SteppedClock(NOON), ScaledClock(NOON, since=NOON, speed=2)],
    ids=lambda one: type(one).__name__,
)
def test_every_clock_shows_utc(clock: Clock) -> None:
    assert clock.now().utcoffset() == timedelta(0)


def test_a_clock_that_is_set_in_another_zone_shows_the_same_moment() -> None:
    tokyo = NOON.astimezone(timezone(timedelta(hours=9)))
    assert SteppedClock(tokyo).now() == NOON


def test_a_scaled_clock_runs_so_many_times_as_fast() -> None:
    since = datetime.now(UTC) - timedelta(seconds=10)
    shown = ScaledClock(NOON, since=since, speed=60).now() - NOON
    assert timedelta(seconds=600) <= shown < timedelta(seconds=660)


def test_a_scaled_clock_waits_for_shown_seconds() -> None:
    clock = ScaledClock(NOON, since=datetime.now(UTC), speed=100_000)
    before, begun = clock.monotonic(), time.monotonic()
    clock.sleep(1_000)
    assert time.monotonic() - begun < 1
    assert clock.monotonic() - before >= 1_000
