"""A Clari in memory: jobs that take a while, documents to order, and trouble where a test wants it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from clari_readiness.errors import AnswerLost, LimitReached, Refused
from clari_readiness.model.exports import ExportRequest, Job, JobStatus, LandedDocument, Limits
from clari_readiness.model.time import SteppedClock
from tests.strategies import encode
from tests.warehouse.documents import document, entry

NOBODYS = ExportRequest("another", "2027_Q3", ("forecast",))


class Killed(BaseException):
    """The process ends here: nothing of ours may catch it."""


@dataclass
class Clari:
    """What the exporter asks, answered; `trouble` is method, or `after:` and method -> what to do then."""

    clock: SteppedClock
    takes: float = 30.0
    ends_as: JobStatus = JobStatus.DONE
    limit: Limits = field(default_factory=lambda: Limits(3, 30, 3, 30))
    slots_free_at: float = 0.0
    ends_as_of: dict[str, JobStatus] = field(default_factory=dict)
    takes_of: dict[str, float] = field(default_factory=dict)
    raw: dict[str, Any] = field(default_factory=dict)
    cancelled: list[str] = field(default_factory=list)
    flags: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, ExportRequest]] = field(default_factory=list)
    others: list[Job] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    trouble: dict[str, Callable[[], None]] = field(default_factory=dict)
    document: Callable[[ExportRequest], dict[str, Any]] = lambda request: document(
        entry(period=request.time_period), entry("2:A", period=request.time_period)
    )

    now: Callable[[ExportRequest], dict[str, Any]] | None = None

    def __post_init__(self) -> None:
        self._begun: dict[str, float] = {}

    def queue_export(self, request: ExportRequest) -> str:
        self._called("queue_export")
        if self.limit.available_monthly <= 0 or self.clock.monotonic() < self.slots_free_at:
            raise LimitReached("POST /export", status=400, code="export_monthly_quota_reached")
        job_id = f"job-{len(self.asked) + 1}"
        self.asked.append((job_id, request))
        self._begun[job_id] = self.clock.monotonic()
        self._after("queue_export")
        return job_id

    def job(self, job_id: str) -> Job:
        self._called("job")
        if job_id not in self._begun:
            raise Refused(f"GET /export/jobs/{job_id}", status=404)
        since = self.clock.monotonic() - self._begun[job_id]
        started = self.clock.now() - timedelta(seconds=since)
        running = Job(job_id, JobStatus.STARTED, start_time=started, raw=self.raw)
        if since < self.takes_of.get(job_id, self.takes):
            return running
        return replace(
            running,
            status=self.ends_as_of.get(job_id, self.ends_as),
            **{"end_time": started + timedelta(seconds=self.takes), **self.flags},
        )

    def jobs(self) -> list[Job]:
        self._called("jobs")
        return [*(Job(job_id, JobStatus.STARTED, start_time=self.clock.now()) for job_id in self._begun), *self.others]

    def cancel(self, job_id: str) -> bool:
        self._called("cancel")
        if self.clock.monotonic() - self._begun[job_id] >= self.takes_of.get(job_id, self.takes):
            return False
        self.cancelled.append(job_id)
        return self._begun.pop(job_id, None) is not None

    def begin(self, job_id: str) -> None:
        """Queue a job of another process."""
        self._begun[job_id] = self.clock.monotonic()

    def running(self) -> int:
        """Return how many jobs have not ended."""
        return sum(self.clock.monotonic() - begun < self.takes for begun in self._begun.values())

    def forget(self, job_id: str) -> None:
        """Know nothing of a job any more."""
        del self._begun[job_id]

    def limits(self) -> Limits:
        self._called("limits")
        return self.limit

    def download(self, job_id: str, to: Path) -> LandedDocument:
        self._called("download")
        content = encode(self.document(dict(self.asked).get(job_id, NOBODYS)))
        to.write_bytes(content)
        self._after("download")
        return LandedDocument(to, len(content), hashlib.sha256(content).hexdigest())

    def forecast_now(self, request: ExportRequest, to: Path) -> tuple[LandedDocument, datetime]:
        self._called("forecast_now")
        content = encode((self.now or self.document)(request))
        to.write_bytes(content)
        return LandedDocument(to, len(content), hashlib.sha256(content).hexdigest()), self.clock.now()

    def _called(self, name: str) -> None:
        self.calls[name] += 1
        self.trouble.get(name, lambda: None)()

    def _after(self, name: str) -> None:
        self.trouble.get(f"after:{name}", lambda: None)()


def once(error: BaseException) -> Callable[[], None]:
    """Raise this the first time only."""
    left = [error]

    def go() -> None:
        if left:
            raise left.pop()

    return go


def always(error: Exception) -> Callable[[], None]:
    def go() -> None:
        raise error

    return go


def lost() -> AnswerLost:
    return AnswerLost("POST /export/forecast/net_bookings: the answer never came")
