"""Queueing an export: a line in the ledger, then one POST, and what to do when nobody knows whether it arrived."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
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
from clari_readiness.exporter.budget import Budget
from clari_readiness.exporter.events import Event, Step
from clari_readiness.exporter.seams import ExportClient
from clari_readiness.exporter.standing import RESUMED_WITHIN, left_behind
from clari_readiness.exporter.together import Pause, Steps
from clari_readiness.model.exports import ExportRequest, Job
from clari_readiness.model.time import Clock
from clari_readiness.warehouse import JobState, LedgerEntry, Warehouse

ADOPTED = "adopted: the answer to its POST was lost"
"""What the ledger says of a job that was found in Clari's list: its document has to prove that it is ours (F12)."""

_SKEW = timedelta(minutes=5)
_LOOKS = (0.0, 2.0, 4.0, 8.0, 16.0)  # seconds before each look for a job whose answer was lost
_SLOT = 10.0  # seconds between two tries for a free slot
_TURN = 1.0  # seconds between two looks whether another export has its job
_MODULE = "FORECAST"

_UNCERTAIN = (AnswerLost, DeadlineExceeded, Unreadable, ServerFault)
"""After these nobody knows whether a POST queued a job (F12)."""


class Queue:
    """Where the exports of a run are queued, one after the other.

    Until it is known which job answers a POST there is no second one: two answers lost at once could not be told
    apart. `timeout` is how long to wait for a free slot, in seconds, `reserve` the share of the quota never touched.
    """

    def __init__(
        self, client: ExportClient, warehouse: Warehouse, clock: Clock, *, timeout: float, reserve: float = 0.0
    ) -> None:
        self._client = client
        self._warehouse = warehouse
        self._clock = clock
        self._timeout = timeout
        self._reserve = reserve
        self._budget: Budget | None = None
        self._slots = 1
        self._taken = False

    def left_behind(self, request: ExportRequest) -> LedgerEntry | None:
        """Return the open line of an earlier run for this request, if it is young enough."""
        return left_behind(request, self._warehouse.ledger(), self._clock.now())

    def budget(self) -> Budget:
        """Return what this run may spend; the limits are asked for once (F22)."""
        if self._budget is None:
            self._warehouse.close()
            limits = self._client.limits()
            self._budget, self._slots = Budget(limits, self._reserve), limits.available_concurrent
        return self._budget

    def slots(self) -> int:
        """Return how many jobs this run may have at once, by the limits as `budget` found them."""
        self.budget()
        return self._slots

    def next_number(self) -> str:
        """Return the number of the next line of the ledger."""
        return str(1 + max((int(entry.request_id) for entry in self._warehouse.ledger()), default=0))

    def enter(self, request: ExportRequest) -> Steps[LedgerEntry]:
        """Return the ledger's line of the one job for this request: resumed, adopted, or queued by a single POST.

        AmbiguousJob, LimitReached, ExportError for want of quota, and whatever Clari refuses with end here; the ledger
        knows why.
        """
        yield from self._turn()
        try:
            return (yield from self._enter(request))
        finally:
            self._taken = False

    def again(self, request: ExportRequest) -> Steps[LedgerEntry]:
        """Queue another job for a request whose job has ended for nothing."""
        yield from self._turn()
        try:
            return (yield from self._post(self._new(request), again=True))
        finally:
            self._taken = False

    def give_up(self, entry: LedgerEntry, why: str) -> bool:
        """Cancel a job and close its line; return False when there was nothing to cancel any more (F8)."""
        self._warehouse.close()
        if not self._client.cancel(entry.job_id or ""):
            return False
        self._close(entry, f"cancelled: {why}")
        if self._budget is not None:
            self._budget.get_back()
        return True

    def _turn(self) -> Steps[None]:
        while self._taken:
            yield Pause(_TURN)
        self._taken = True

    def _enter(self, request: ExportRequest) -> Steps[LedgerEntry]:
        entry = self.left_behind(request)
        self._close_others(request, entry)
        if entry is None:
            return (yield from self._post(self._new(request), again=True))
        if not entry.job_id:
            return (yield from self._settle(entry, again=True))
        yield Event(Step.RESUMED, request, entry.job_id, f"an earlier run left it {entry.state}")
        return entry

    def _close_others(self, request: ExportRequest, kept: LedgerEntry | None) -> None:
        for entry in self._warehouse.ledger():
            if entry.request == request and entry.state.open and entry != kept:
                late = self._clock.now() - entry.requested_at >= RESUMED_WITHIN
                why = (
                    "was not finished within a day, and is asked for anew" if late else "a later request asked the same"
                )
                self._close(entry, why)

    def _new(self, request: ExportRequest) -> LedgerEntry:
        if not self.budget().allows_one:
            raise self.budget().refusal(request)
        number = self.next_number()
        self._warehouse.close()
        known = tuple(job.job_id for job in self._client.jobs())
        entry = LedgerEntry(number, request, self._clock.now(), known_jobs=known)
        self._warehouse.record(entry)
        return entry

    def _post(self, entry: LedgerEntry, *, again: bool) -> Steps[LedgerEntry]:
        """Send the POST; `again` is whether one more may follow, once it is certain that this one was not accepted."""
        until = self._clock.monotonic() + self._timeout
        while True:
            self._warehouse.close()
            sent = self._clock.monotonic()
            try:
                job_id = self._client.queue_export(entry.request)
            except LimitReached as reached:
                yield from self._slot_awaited(entry, reached, until)
            except _UNCERTAIN as error:
                yield Event(Step.WAITING, entry.request, detail=f"looking for its job: {error.message}")
                return (yield from self._settle(entry, again=again, lost=error))
            except ClariError as error:
                self._close(entry, str(error))
                raise
            else:
                queued = self._queued(entry, job_id, seconds=self._clock.monotonic() - sent)
                yield Event(Step.QUEUED, entry.request, job_id)
                return queued

    def _slot_awaited(self, entry: LedgerEntry, reached: LimitReached, until: float) -> Steps[None]:
        """Wait for a free slot; out of quota, or out of time, the export ends here (F23)."""
        limits = self._client.limits()
        self._budget = Budget(limits, self._reserve)
        if not self._budget.allows_one:
            self._close(entry, "out of quota")
            raise self._budget.refusal(entry.request) from reached
        if self._clock.monotonic() >= until:
            message = f"no slot for an export became free within {self._timeout:g} s"
            self._close(entry, message)
            raise JobTimedOut(message, way_out="raise job_timeout, or look at what else exports") from reached
        yield Event(Step.WAITING, entry.request, detail=f"all {limits.concurrent_limit} slots are taken")
        yield Pause(min(_SLOT, max(0.1, until - self._clock.monotonic())))

    def _settle(self, entry: LedgerEntry, *, again: bool, lost: ClariError | None = None) -> Steps[LedgerEntry]:
        """Find the job of a POST whose answer is not known: a single unknown one begun since is it (F12)."""
        for seconds in _LOOKS:
            yield Pause(seconds)
            found = list(self._unknown_since(entry))
            if len(found) > 1:
                self._ambiguous(entry, found)
            if found:
                lost_for = (self._clock.now() - entry.requested_at).total_seconds()
                adopted = self._queued(entry, found[0].job_id, seconds=lost_for, message=ADOPTED)
                yield Event(Step.QUEUED, entry.request, adopted.job_id or "", ADOPTED)
                return adopted
        if not again:
            raise lost or AnswerLost("the answer to the POST was lost, and no job of it can be found")
        if not self.budget().allows_one:
            self._close(entry, "the answer to its POST was lost, there is no job of it, and no quota for another")
            raise self.budget().refusal(entry.request)
        return (yield from self._post(entry, again=False))

    def _unknown_since(self, entry: LedgerEntry) -> Iterator[Job]:
        """Yield this user's jobs that may be the entry's; what they were asked for they do not say (F12)."""
        ours = {line.job_id for line in self._warehouse.ledger()}
        self._warehouse.close()
        earliest = entry.requested_at - _SKEW  # Clari's clock is not ours
        for job in self._client.jobs():
            begun = job.start_time is None or job.start_time >= earliest
            known = job.job_id in ours or job.job_id in entry.known_jobs
            if begun and not known and _could_answer(job, entry.request):
                yield job

    def _ambiguous(self, entry: LedgerEntry, found: list[Job]) -> NoReturn:
        ids = ", ".join(job.job_id for job in found)
        message = f"the answer to a POST was lost, and {len(found)} jobs begun since could be the one: {ids}"
        self._close(entry, message)
        raise AmbiguousJob(message, way_out="let nothing else export with this token meanwhile, and run it again")

    def _queued(
        self, entry: LedgerEntry, job_id: str, *, seconds: float | None = None, message: str = ""
    ) -> LedgerEntry:
        if self._budget is not None:
            self._budget.spend()
        queued = replace(
            entry,
            state=JobState.QUEUED,
            job_id=job_id,
            queued_at=self._clock.now(),
            queue_seconds=seconds,
            message=message or None,
        )
        self._warehouse.record(queued)
        return queued

    def _close(self, entry: LedgerEntry, message: str) -> None:
        self._warehouse.record(replace(entry, state=JobState.FAILED, message=message))


def _could_answer(job: Job, request: ExportRequest) -> bool:
    """Tell whether nothing that a job says of itself speaks against its being this request's.

    Title and file name are left alone: they hint at a forecast, and prove nothing (F12).
    """
    module = job.raw.get("module")
    other_kind = isinstance(module, str) and module not in ("", _MODULE)
    other_type = job.file_type not in ("", request.export_format)
    other_currency = request.currency is not None and job.currency not in (None, request.currency)
    return not (other_kind or other_type or other_currency)
