"""What the schedule costs in 30 days, and what the organisation's limits leave for it (F22)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from clari_readiness.environments import Environment
from clari_readiness.exporter import planned, reserve_of, schedule_of
from clari_readiness.model.exports import ExportRequest, Job, JobStatus, Limits
from clari_readiness.model.time import Clock

MONTH = timedelta(days=30)
"""Quotas roll over 30 days (F22)."""

FREED = (JobStatus.CANCELLED, JobStatus.ABORTED)
"""What a job is after it was cancelled, which frees its quota (F8)."""


def runs_of(environment: Environment, clock: Clock) -> list[int]:
    """Return how many jobs each run of the next 30 days starts, the first as if nothing had been exported yet."""
    requests, schedule = planned(environment, clock), schedule_of(environment)
    begin, loaded, runs = clock.now(), dict[ExportRequest, datetime](), list[int]()
    for number in range(math.ceil(MONTH / schedule.current)):
        at = begin + number * schedule.current
        due = [request for request in requests if schedule.is_due(request, loaded.get(request), at)]
        loaded |= dict.fromkeys(due, at)
        runs.append(len(due))
    return runs


@dataclass(frozen=True)
class Headroom:
    """Jobs in 30 days: what is `needed`, and of the `quota` what is kept in `reserve` and what `others` took.

    `largest` is the run with most jobs, of which `at_once` may run; `slowest` is the longest that one took, and `every`
    the time until the next run.
    """

    needed: int
    quota: int
    reserve: int
    others: int
    largest: int
    at_once: int
    slowest: timedelta
    every: timedelta

    @property
    def left(self) -> int:
        """How many jobs the quota leaves for the schedule."""
        return self.quota - self.reserve - self.others

    @property
    def longest_run(self) -> timedelta:
        """How long the largest run takes, when each of its jobs takes as long as the slowest."""
        return math.ceil(self.largest / self.at_once) * self.slowest if self.at_once > 0 else timedelta.max

    def lacks(self) -> Iterator[str]:
        """Yield what does not fit."""
        if self.needed > self.left:
            yield (
                f"{self.needed} exports are needed in 30 days, and {self.left} are left: {self.quota} a month, "
                f"{self.reserve} in reserve, {self.others} taken by others"
            )
        if self.at_once < 1:
            yield "no job may run at all: concurrentLimit is 0"
        elif self.longest_run > self.every:
            yield (
                f"{self.largest} jobs, {self.at_once} at a time, take {self.longest_run}, and the next run is due "
                f"after {self.every}"
            )


def headroom(environment: Environment, limits: Limits, jobs: Iterable[Job], clock: Clock) -> Headroom:
    """Weigh the schedule against the limits; `jobs` are this token's (F7), the rest of what is used is others'."""
    runs, listed = runs_of(environment, clock), list(jobs)
    own = sum(_counts(job, clock.now()) for job in listed)
    return Headroom(
        needed=sum(runs),
        quota=limits.monthly_quota,
        reserve=reserve_of(limits, environment.quota_reserve),
        others=max(0, limits.monthly_quota - limits.available_monthly - own),
        largest=max(runs),
        at_once=limits.concurrent_limit,
        slowest=max(_durations(listed), default=timedelta(seconds=environment.job_timeout)),
        every=schedule_of(environment).current,
    )


def _counts(job: Job, now: datetime) -> bool:
    """Tell whether a job counts against the quota of these 30 days."""
    return job.status not in FREED and (job.start_time is None or job.start_time > now - MONTH)


def _durations(jobs: Iterable[Job]) -> Iterator[timedelta]:
    for job in jobs:
        if job.status is JobStatus.DONE and job.start_time and job.end_time:
            yield job.end_time - job.start_time
