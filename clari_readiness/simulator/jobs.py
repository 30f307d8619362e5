"""Export jobs: what was asked, by whom and when. The state of a job is worked out from those and the moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from clari_readiness.simulator.organisation.chance import hexadecimal_for
from clari_readiness.simulator.organisation.settings import Organisation
from clari_readiness.simulator.plan import NOTHING_PLANNED, Flag, Plan

Kind = Literal["FORECAST", "ACTIVITY", "AUDIT"]

ACTIVE = frozenset({"SCHEDULED", "STARTED"})
_WINDOW = timedelta(days=30)
_BETWEEN_ATTEMPTS = timedelta(minutes=30)
_RETRIES = {"NONE": 0, "ONCE": 1, "MAX": 3}


@dataclass(frozen=True)
class State:
    """What a job is at a moment; `began` is when its content was read, `ended` when it was finished.

    `status` is one of F6's, or GONE: nobody knows of the job any more.
    """

    status: str
    began: datetime | None = None
    ended: datetime | None = None


@dataclass(frozen=True)
class Job:
    """One job. `request` is the body as it was understood; `number` counts the organisation's jobs from 1.

    `plan` is what faults have in store for it.
    """

    number: int
    job_id: str
    user_id: int
    kind: Kind
    request: Mapping[str, Any]
    created: datetime
    cancelled: datetime | None = None
    downloads: int = 0
    plan: Plan = NOTHING_PLANNED

    def truncated(self, organisation: Organisation) -> Flag | None:
        """Return the flag that its half of the entries comes with, None when it is whole (F10)."""
        return "rowsTruncated" if self.number in organisation.truncated_jobs else self.plan.truncated

    def state(self, organisation: Organisation, at: datetime) -> State:
        """Return what the job is at the moment."""
        moment = min(at, self.cancelled) if self.cancelled else at
        state = self._undisturbed(organisation, moment)
        if self.cancelled is None or at < self.cancelled or state.status not in ACTIVE:
            return state
        return State("CANCELLED" if state.status == "SCHEDULED" else "ABORTED", state.began, self.cancelled)

    def _undisturbed(self, organisation: Organisation, at: datetime) -> State:
        queued, running = (timedelta(seconds=seconds) for seconds in organisation.job_seconds)
        running = running if self.plan.seconds is None else timedelta(seconds=self.plan.seconds)
        began = self.created + queued
        if at < began:
            return State("SCHEDULED")
        if self.plan.ends in ("CANCELLED", "GONE"):
            return State(self.plan.ends, None, began)
        if at < began + running or self.number in organisation.stuck_jobs or self.plan.ends == "NEVER":
            return State("STARTED", began)
        if self.number in organisation.failing_jobs:
            return self._again(began, running, at)
        return State(self.plan.ends, began, began + running)

    def _again(self, began: datetime, running: timedelta, at: datetime) -> State:
        if not _RETRIES[self.request.get("schedule") or "NONE"]:
            return State("FAILED", began, began + running)
        # Only first attempts fail here, so one retry is enough whether one or three were asked for (F5).
        again = began + running + _BETWEEN_ATTEMPTS
        if at < again:
            return State("SCHEDULED")
        return State("STARTED", again) if at < again + running else State("DONE", again, again + running)


class Refusal(Exception):
    """A job cannot be queued or cancelled."""


class Jobs:
    """Every job of the organisation. One lock, so that a quota of one is spent once.

    `changed` is called after each change.
    """

    def __init__(self, organisation: Organisation, *, known: tuple[Job, ...] = ()) -> None:
        self._organisation = organisation
        self._jobs: dict[str, Job] = {job.job_id: job for job in known}
        self._lock = threading.RLock()
        self.changed: Callable[[], None] = lambda: None

    def all(self) -> tuple[Job, ...]:
        """Return every job, the oldest first."""
        with self._lock:
            return tuple(self._jobs.values())

    def get(self, job_id: str) -> Job | None:
        """Return the job with this id."""
        with self._lock:
            return self._jobs.get(job_id)

    def queue(
        self, kind: Kind, request: Mapping[str, Any], *, user_id: int, at: datetime, plan: Plan = NOTHING_PLANNED
    ) -> Job:
        """Queue a job; raises Refusal when quota or concurrency is used up (F23: nobody says which)."""
        with self._lock:
            if self.free_places(at) <= 0 or self.free_quota(at) <= 0:
                raise Refusal
            number = len(self._jobs) + 1
            job_id = f"{int(at.timestamp()):08x}{hexadecimal_for(16, self._organisation.seed, 'job', number)}"
            job = self._jobs[job_id] = Job(number, job_id, user_id, kind, dict(request), at, plan=plan)
        self.changed()
        return job

    def cancel(self, job: Job, at: datetime) -> State:
        """Cancel a job and return its state then; raises Refusal when it has finished (F8)."""
        with self._lock:
            current = self._jobs[job.job_id]
            if current.state(self._organisation, at).status not in ACTIVE:
                raise Refusal
            cancelled = self._jobs[job.job_id] = replace(current, cancelled=at)
        self.changed()
        return cancelled.state(self._organisation, at)

    def downloaded(self, job: Job) -> None:
        """Count a download of the job's results."""
        with self._lock:
            self._jobs[job.job_id] = replace(self._jobs[job.job_id], downloads=self._jobs[job.job_id].downloads + 1)
        self.changed()

    def running(self, at: datetime) -> tuple[Job, ...]:
        """Return the jobs that are STARTED."""
        return tuple(job for job in self.all() if job.state(self._organisation, at).status == "STARTED")

    def counting(self, at: datetime) -> tuple[Job, ...]:
        """Return the jobs that count against the quota: of the last 30 days, not cancelled (F8, F22)."""
        return tuple(job for job in self.all() if job.cancelled is None and job.created > at - _WINDOW)

    def free_places(self, at: datetime) -> int:
        """Return how many more jobs may be queued or run at this moment."""
        active = sum(job.state(self._organisation, at).status in ACTIVE for job in self.all())
        return self._organisation.concurrent_limit - active

    def free_quota(self, at: datetime) -> int:
        """Return how many more jobs may be queued in the 30 days that end now."""
        return self._organisation.monthly_quota - len(self.counting(at))
