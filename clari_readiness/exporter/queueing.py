"""Queueing an export: a line in the ledger, then one POST, and what to do when nobody knows whether it arrived."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NoReturn

from clari_readiness.errors import (
    AmbiguousJob,
    AnswerLost,
    ClariError,
    DeadlineExceeded,
    JobTimedOut,
    LimitReached,
    ServerFault,
    Unreadable,
)
from clari_readiness.exporter.events import Event, Step
from clari_readiness.exporter.seams import ExportClient
from clari_readiness.model.exports import ExportRequest, Job
from clari_readiness.model.time import Clock
from clari_readiness.warehouse import JobState, LedgerEntry, Warehouse

RESUMED_WITHIN = timedelta(days=1)
"""A job that an earlier run left behind and that is younger than this is gone on with; an older one is asked anew."""

_SKEW = timedelta(minutes=5)
_LOOKS = (0.0, 2.0, 4.0, 8.0, 16.0)  # seconds before each look for a job whose answer was lost
_SLOT = 10.0  # seconds between two tries for a free slot

_UNCERTAIN = (AnswerLost, DeadlineExceeded, Unreadable, ServerFault)
"""After these nobody knows whether a POST queued a job (F12)."""


@dataclass(frozen=True)
class Queue:
    """Where exports are queued. `timeout` is how long to wait for a free slot, in seconds."""

    client: ExportClient
    warehouse: Warehouse
    clock: Clock
    timeout: float

    def enter(self, request: ExportRequest) -> Generator[Event, None, LedgerEntry]:
        """Return the ledger's line of the one job for this request: resumed, adopted, or queued by a single POST.

        AmbiguousJob, LimitReached and whatever Clari refuses with end here; the ledger knows why.
        """
        entry = self._left_behind(request)
        if entry is not None and entry.job_id:
            yield Event(Step.RESUMED, request, entry.job_id, f"an earlier run left it {entry.state}")
            return entry
        if entry is None:
            return (yield from self._post(self._new(request), again=True))
        return (yield from self._settle(entry, again=True))

    def _left_behind(self, request: ExportRequest) -> LedgerEntry | None:
        """Return the open line of an earlier run, if it is young enough; older ones are closed."""
        found = None
        for entry in self.warehouse.ledger():
            if entry.request != request or not entry.state.open:
                continue
            if found is not None:
                self._close(found, "a later request asked the same")
            found = entry
        if found is not None and self.clock.now() - found.requested_at >= RESUMED_WITHIN:
            self._close(found, "was not finished within a day, and is asked for anew")
            return None
        return found

    def _new(self, request: ExportRequest) -> LedgerEntry:
        number = 1 + max((int(entry.request_id) for entry in self.warehouse.ledger()), default=0)
        self.warehouse.close()
        known = tuple(job.job_id for job in self.client.jobs())
        entry = LedgerEntry(str(number), request, self.clock.now(), known_jobs=known)
        self.warehouse.record(entry)
        return entry

    def _post(self, entry: LedgerEntry, *, again: bool) -> Generator[Event, None, LedgerEntry]:
        """Send the POST; `again` is whether one more may follow, once it is certain that this one was not accepted."""
        self.warehouse.close()
        until = self.clock.monotonic() + self.timeout
        while True:
            sent = self.clock.monotonic()
            try:
                job_id = self.client.queue_export(entry.request)
            except LimitReached as reached:
                yield self._slot_awaited(entry, reached, until)
            except _UNCERTAIN as error:
                yield Event(Step.WAITING, entry.request, detail=f"looking for its job: {error.message}")
                return (yield from self._settle(entry, again=again, lost=error))
            except ClariError as error:
                self._close(entry, str(error))
                raise
            else:
                queued = self._queued(entry, job_id, seconds=self.clock.monotonic() - sent)
                yield Event(Step.QUEUED, entry.request, job_id)
                return queued

    def _slot_awaited(self, entry: LedgerEntry, reached: LimitReached, until: float) -> Event:
        """Wait for a free slot; out of quota, or out of time, the export ends here (F23)."""
        limits = self.client.limits()
        if limits.available_monthly <= 0:
            self._out_of_quota(entry, reached, limits.monthly_quota)
        if self.clock.monotonic() >= until:
            message = f"no slot for an export became free within {self.timeout:g} s"
            self._close(entry, message)
            raise JobTimedOut(message, way_out="raise job_timeout, or look at what else exports") from reached
        self.clock.sleep(min(_SLOT, max(0.1, until - self.clock.monotonic())))
        return Event(Step.WAITING, entry.request, detail=f"all {limits.concurrent_limit} slots are taken")

    def _out_of_quota(self, entry: LedgerEntry, reached: LimitReached, quota: int) -> NoReturn:
        self._close(entry, "out of quota")
        raise LimitReached(
            f"the quota of {quota} exports in 30 days is used up",
            status=reached.status,
            code=reached.code,
            error_id=reached.error_id,
            way_out="trying again cannot help: wait until older exports fall out of the 30 days, or ask Clari for more",
        ) from reached

    def _settle(
        self, entry: LedgerEntry, *, again: bool, lost: ClariError | None = None
    ) -> Generator[Event, None, LedgerEntry]:
        """Find the job of a POST whose answer is not known: a single unknown one begun since is it (F12)."""
        self.warehouse.close()
        for seconds in _LOOKS:
            self.clock.sleep(seconds)
            found = list(self._unknown_since(entry))
            if len(found) > 1:
                self._ambiguous(entry, found)
            if found:
                adopted = self._queued(entry, found[0].job_id, message="adopted: the answer to its POST was lost")
                yield Event(Step.RESUMED, entry.request, adopted.job_id or "", "the answer to its POST was lost")
                return adopted
        if not again:
            raise lost or AnswerLost("the answer to the POST was lost, and no job of it can be found")
        return (yield from self._post(entry, again=False))

    def _unknown_since(self, entry: LedgerEntry) -> Iterator[Job]:
        ours = {line.job_id for line in self.warehouse.ledger()}
        self.warehouse.close()
        earliest = entry.requested_at - _SKEW  # Clari's clock is not ours
        for job in self.client.jobs():
            begun = job.start_time is None or job.start_time >= earliest
            if begun and job.job_id not in ours and job.job_id not in entry.known_jobs:
                yield job

    def _ambiguous(self, entry: LedgerEntry, found: list[Job]) -> NoReturn:
        ids = ", ".join(job.job_id for job in found)
        message = f"the answer to a POST was lost, and {len(found)} jobs begun since could be the one: {ids}"
        self._close(entry, message)
        raise AmbiguousJob(message, way_out="let nothing else export with this token meanwhile, and run it again")

    def _queued(
        self, entry: LedgerEntry, job_id: str, *, seconds: float | None = None, message: str = ""
    ) -> LedgerEntry:
        queued = replace(
            entry,
            state=JobState.QUEUED,
            job_id=job_id,
            queued_at=self.clock.now(),
            queue_seconds=seconds,
            message=message or None,
        )
        self.warehouse.record(queued)
        return queued

    def _close(self, entry: LedgerEntry, message: str) -> None:
        self.warehouse.record(replace(entry, state=JobState.FAILED, message=message))
