"""Time as an argument: whoever waits or asks for the time takes a `Clock`."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What time it is, and how to wait."""

    def now(self) -> datetime:
        """Return the time in UTC, with its zone."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never go backwards, from any origin."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the machine's time in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return the machine's monotonic seconds."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class SteppedClock:
    """A clock that stands still until somebody waits: the clock of recordings, and of tests."""

    def __init__(self, at: datetime) -> None:
        self._start = at.astimezone(UTC)
        self._passed = 0.0

    def now(self) -> datetime:
        """Return the time at which it was set, and what was waited since."""
        return self._start + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        """Return the seconds waited so far."""
        return self._passed

    def sleep(self, seconds: float) -> None:
        """Let the time pass at once."""
        self._passed += max(0.0, seconds)


class ScaledClock:
    """A clock that shows `then` at the machine's `since`, and runs `speed` times as fast: the simulator's."""

    def __init__(self, then: datetime, *, since: datetime, speed: float = 1.0) -> None:
        self._then = then.astimezone(UTC)
        self._since = since.astimezone(UTC)
        self._speed = speed

    def now(self) -> datetime:
        """Return the shown time in UTC."""
        return self._then + (datetime.now(UTC) - self._since) * self._speed

    def monotonic(self) -> float:
        """Return monotonic seconds of the shown time."""
        return time.monotonic() * self._speed

    def sleep(self, seconds: float) -> None:
        """Wait for so many seconds of the shown time."""
        time.sleep(max(0.0, seconds) / self._speed)


def from_epoch_ms(milliseconds: int) -> datetime:
    """Return Clari's epoch milliseconds (F6) as a time in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def to_epoch_ms(at: datetime) -> int:
    """Return a time as Clari's epoch milliseconds (F6)."""
    return round(at.timestamp() * 1000)
