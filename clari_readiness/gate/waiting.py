"""How long an export job may take, by the settings: neither for ever, nor too short to end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from clari_readiness.environments import Environment

BY_DEFAULT = timedelta(minutes=10)
"""The checklist's default, which holds unless `job_timeout` is set."""

SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=1)
"""Clari needs minutes where a quarter ends; after a day the next run is due, whatever the schedule."""


def timeout_of(environment: Environment) -> tuple[timedelta, bool]:
    """Return `job_timeout`, and whether the settings set it."""
    return timedelta(seconds=environment.job_timeout), "job_timeout" in environment.model_fields_set


def wrong_with(environment: Environment) -> Iterator[str]:
    """Yield why the time-out or the interval of polling makes no sense."""
    timeout, is_set = timeout_of(environment)
    every, poll = environment.schedule.current_quarter_every, timedelta(seconds=environment.poll_interval)
    if not is_set and timeout != BY_DEFAULT:
        yield f"job_timeout is not set, and {timeout} is used instead of {BY_DEFAULT}"
    if timeout < SHORTEST:
        yield f"job_timeout is {timeout.total_seconds():g} s: a job that waits for another is given up and paid twice"
    if timeout > min(every, LONGEST):
        yield f"job_timeout is {timeout}: the next run, due every {every}, begins before this one has given up"
    if poll >= timeout:
        yield f"poll_interval is {poll} and job_timeout {timeout}: a job is looked at once, and then given up"
