"""The simulator's time: everything in it that changes with time reads one of these clocks and nothing else."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

DEFAULT_NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
"""What a simulator shows when nobody says otherwise."""


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


class RunningClock:
    """A clock that showed `shown` when the machine showed `since`, and runs `speed` times as fast.

    Its three values are all that another process needs to read the same time, so it survives a restart.
    """

    def __init__(self, shown: datetime = DEFAULT_NOW, *, since: datetime | None = None, speed: float = 1.0) -> None:
        self.shown = shown.astimezone(UTC)
        self.since = (since or datetime.now(UTC)).astimezone(UTC)
        self.speed = speed

    def now(self) -> datetime:
        """Return the shown time in UTC."""
        return self.shown + (datetime.now(UTC) - self.since) * self.speed

    def monotonic(self) -> float:
        """Return monotonic seconds of the shown time."""
        return time.monotonic() * self.speed

    def sleep(self, seconds: float) -> None:
        """Wait for so many seconds of the shown time."""
        time.sleep(max(0.0, seconds) / self.speed)


class ManualClock:
    """A clock that moves only when somebody steps it, or waits on it. Safe to share between threads."""

    def __init__(self, at: datetime = DEFAULT_NOW) -> None:
        self._start = at.astimezone(UTC)
        self._passed = 0.0
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the time to which it was stepped."""
        return self._start + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        """Return the seconds that it was stepped so far."""
        return self._passed

    def sleep(self, seconds: float) -> None:
        """Let the time pass at once."""
        self.step(max(0.0, seconds))

    def step(self, seconds: float = 0.0, *, days: float = 0.0) -> None:
        """Move by so many seconds and days."""
        with self._lock:
            self._passed += seconds + days * 86_400

    def set(self, at: datetime) -> None:
        """Move to a moment."""
        with self._lock:
            self._passed = (at - self._start).total_seconds()


def written(clock: Clock) -> dict[str, Any]:
    """Return what the state file says of a clock: `shown`, `since` (the machine's time) and `speed`.

    A clock that is not running stands still, so its speed is 0 and `shown` is what it shows now.
    """
    if isinstance(clock, RunningClock):
        return {"shown": clock.shown.isoformat(), "since": clock.since.isoformat(), "speed": clock.speed}
    return {"shown": clock.now().isoformat(), "since": datetime.now(UTC).isoformat(), "speed": 0.0}


def read(document: dict[str, Any]) -> Clock:
    """Return the clock that a state file describes."""
    shown = datetime.fromisoformat(document["shown"])
    if not document["speed"]:
        return ManualClock(shown)
    return RunningClock(shown, since=datetime.fromisoformat(document["since"]), speed=document["speed"])
