"""Runs of the nightly commands: how each ended, and what it saw of Clari on the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Run:
    """One run of a command. Times are UTC; `succeeded` is whether its exit code was 0.

    `retried` counts the requests that were sent again, `breaker_open` is how the run left the circuit breaker (None:
    Clari was not asked), and `quota_limit` and `quota_left` are export jobs in 30 days (F22; None: not asked for).
    """

    command: str
    began_at: datetime
    ended_at: datetime
    succeeded: bool
    retried: int = 0
    breaker_open: bool | None = None
    quota_limit: int | None = None
    quota_left: int | None = None


@dataclass(frozen=True)
class Totals:
    """All runs of one command that are on record: so many of each end, and so many requests sent again."""

    succeeded: int
    failed: int
    retried: int


@dataclass(frozen=True)
class CommandRuns:
    """One command: its last run, and all of them; `totals` is None when nobody can read the records.

    In `last`, what that run did not ask for (breaker, quota) is as the one before it had found it.
    """

    last: Run
    totals: Totals | None = None


@dataclass(frozen=True)
class Differences:
    """What the newest reconciliation of a forecast and period found: rows missing and too many, amounts that differ."""

    at: datetime
    forecast_id: str
    time_period: str
    missing: int
    too_many: int
    differing: int


@dataclass(frozen=True)
class Swings:
    """How many amounts of a forecast and period moved too far in its newest export, of people, teams and the total."""

    forecast_id: str
    time_period: str
    amounts: int
