"""A forecast's way from Clari into the warehouse, whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from clari_readiness.errors import (
    AmbiguousJob,
    DocumentRefused,
    JobFailed,
    JobTimedOut,
    ReadinessError,
    Refused,
)
from clari_readiness.exporter.asked import complete, ended, not_empty, of_its_period, ours, with_its_types
from clari_readiness.exporter.crm import crm_of, refuses_crm, sync_id, without_crm
from clari_readiness.exporter.duplicates import conflicts
from clari_readiness.exporter.ends import ends_recorded
from clari_readiness.exporter.events import Cause, DataFinding, Event, Exported, Step
from clari_readiness.exporter.landing import Landing
from clari_readiness.exporter.queueing import ADOPTED, Queue
from clari_readiness.exporter.seams import ExportClient, Judge
from clari_readiness.exporter.together import Steps
from clari_readiness.exporter.waiting import Patience, wait
from clari_readiness.model.exports import ExportRequest, Job, LandedDocument, Snapshot
from clari_readiness.model.time import Clock
from clari_readiness.warehouse import JobState, LedgerEntry, StagedEntries, Warehouse

IsFresh = Callable[[ExportRequest], bool]
_Checks = tuple[tuple[Cause, Callable[[StagedEntries], None]], ...]


@dataclass
class Rows:
    """The exports of one run. `is_fresh` tells which requests were loaded recently enough not to be asked again."""

    client: ExportClient
    warehouse: Warehouse
    judge: Judge
    clock: Clock
    landing: Landing
    patience: Patience
    value_names: Mapping[str, str]
    queue: Queue
    is_fresh: IsFresh
    _refuses_crm: bool = False

    def export(self, request: ExportRequest) -> Steps[Exported | None]:
        """Export one request, CRM amounts included where only the synchronous forecast has them (F24).

        None comes back when an earlier run had loaded all of it but the CRM amounts. The errors are those of the parts.
        """
        reduced = without_crm(request)
        if reduced is None or not (self._refuses_crm or self.queue.left_behind(reduced)):
            try:
                return (yield from self._row(request))
            except Refused as refused:
                if reduced is None or not refuses_crm(refused, request):
                    raise
                self._refuses_crm = True
        fresh = self.is_fresh(reduced)
        exported = None if fresh else (yield from self._row(reduced))
        yield from self._crm_as_of_now(request)
        return exported

    def _row(self, request: ExportRequest) -> Steps[Exported]:
        """Ask for it, wait for it, land it, judge it, load it."""
        entry, job = yield from self._done(request)
        entry, landed = self._download(entry, job)
        yield Event(Step.DOWNLOADED, request, job.job_id, f"{landed.size} bytes")
        snapshot, staged = yield from self._judged(entry, job, landed)
        exported = self._load(entry, snapshot, job, landed, staged)
        yield from self._doubts(exported)
        return exported

    def _done(self, request: ExportRequest) -> Steps[tuple[LedgerEntry, Job]]:
        """Return the job when it is DONE; one that took too long or ended badly is queued again, so often."""
        entry = yield from self.queue.enter(request)
        again = self.patience.requeues
        while True:
            try:
                return (
                    yield from wait(
                        entry, client=self.client, warehouse=self.warehouse, clock=self.clock, patience=self.patience
                    )
                )
            except (JobFailed, JobTimedOut) as error:
                if again <= 0 or not self.queue.budget().allows_one:
                    raise
                again -= 1
                if isinstance(error, JobTimedOut) and not self.queue.give_up(entry, error.message):
                    continue  # it has ended after all
                yield Event(Step.QUEUED_AGAIN, request, entry.job_id or "", error.message)
            entry = yield from self.queue.again(request)

    def _download(self, entry: LedgerEntry, job: Job) -> tuple[LedgerEntry, LandedDocument]:
        self.warehouse.close()
        begun = self.clock.monotonic()
        with ends_recorded(entry, self.warehouse):
            landed = self.client.download(job.job_id, self.landing.place(entry.request, job.job_id))
        downloaded = replace(
            entry,
            downloaded_at=self.clock.now(),
            download_seconds=self.clock.monotonic() - begun,
            path=landed.path,
            bytes=landed.size,
            sha256=landed.sha256,
        )
        self.warehouse.record(downloaded)
        return downloaded, landed

    def _judged(self, entry: LedgerEntry, job: Job, landed: LandedDocument) -> Steps[tuple[Snapshot, StagedEntries]]:
        """Return what may be loaded; a document in which anything is wrong goes to quarantine."""
        request = entry.request
        cause = Cause.TRUNCATED
        try:
            complete(job)
            cause = Cause.CONTRACT
            snapshot = Snapshot(job.job_id, request, ended(job))
            staged = self.warehouse.stage(landed, self.judge, self.value_names)
            for cause, check in self._checks(entry, job.job_id):  # noqa: B007 - the handler reads it
                check(staged)
        except (DocumentRefused, AmbiguousJob) as error:
            yield self._refused(entry, landed, cause, error)
            raise
        return snapshot, staged

    def _checks(self, entry: LedgerEntry, job_id: str) -> _Checks:
        request = entry.request
        adopted = (entry.message or "") == ADOPTED
        return (
            *(((Cause.NOT_OURS, lambda staged: ours(request, job_id, staged)),) if adopted else ()),
            (Cause.WRONG_PERIOD, lambda staged: of_its_period(request, staged)),
            (Cause.EMPTY, lambda staged: not_empty(request, staged)),
            (Cause.TYPE_MISSING, lambda staged: with_its_types(request, staged, value_names=self.value_names)),
        )

    def _refused(
        self, entry: LedgerEntry, landed: LandedDocument, cause: Cause, error: DocumentRefused | AmbiguousJob
    ) -> Event:
        request, job_id = entry.request, entry.job_id or ""
        violations = (error.violations if isinstance(error, DocumentRefused) else ()) or (error.message,)
        kept = self.landing.refuse(landed.path, request, job_id, violations)
        state = JobState.REFUSED if isinstance(error, DocumentRefused) else JobState.FAILED
        self.warehouse.record(replace(entry, state=state, message=str(error), path=kept))
        finding = DataFinding(cause, request, job_id, error.message, violations, kept)
        return Event(Step.FOUND, request, job_id, error.message, finding=finding)

    def _load(
        self, entry: LedgerEntry, snapshot: Snapshot, job: Job | None, landed: LandedDocument, staged: StagedEntries
    ) -> Exported:
        begun = self.clock.monotonic()
        loaded = self.warehouse.load(snapshot, staged)
        self.warehouse.record(
            replace(
                entry,
                state=JobState.LOADED,
                loaded_at=self.clock.now(),
                load_seconds=self.clock.monotonic() - begun,
                entries=staged.entries,
                rounded=loaded.rounded,
            )
        )
        return Exported(snapshot, job, landed, staged, loaded)

    def _doubts(self, exported: Exported) -> Steps[None]:
        """Report entries whose key came again with other content: the one updated last was loaded."""
        if not exported.staged.other:
            return
        request, job_id, landed = exported.snapshot.request, exported.snapshot.job_id, exported.landed.path
        told = conflicts(landed)
        detail = f"{exported.staged.other} entries have the key of another and differ: the one updated last was loaded"
        finding = DataFinding(
            Cause.CONFLICT, request, job_id, detail, told, self.landing.doubt(landed, request, job_id, told)
        )
        yield Event(Step.FOUND, request, job_id, detail, finding=finding)

    def _crm_as_of_now(self, request: ExportRequest) -> Steps[None]:
        """Load the latest week as the synchronous forecast has it: all types, so that its rows are whole."""
        what = f"the export refuses {crm_of(request)}"
        try:
            exported = self._synchronous(request)
        except ReadinessError as error:
            detail = f"{what}, and the synchronous forecast does not have them either: {error.message}"
            finding = DataFinding(Cause.CRM_MISSING, request, "", detail)
        else:
            detail = f"{what}: the latest week's are those of now ({exported.staged.entries} entries), older have none"
            finding = DataFinding(Cause.CRM_NOT_EXPORTED, request, exported.snapshot.job_id, detail)
        yield Event(Step.FOUND, request, finding.job_id, detail, finding=finding)

    def _synchronous(self, request: ExportRequest) -> Exported:
        self.warehouse.close()
        asked_at = self.clock.now()
        landed, at = self.client.forecast_now(request, self.landing.place(request, "sync"))
        job_id = sync_id(request, at)
        landed = _renamed(landed, self.landing, request, job_id)
        latest = replace(request, include_historical=False)
        staged = self.warehouse.stage(landed, self.judge, self.value_names)
        for _, check in self._checks(LedgerEntry("0", latest, asked_at), job_id):
            check(staged)
        return self._load(
            self._sync_entry(request, job_id, asked_at, at, landed), Snapshot(job_id, latest, at), None, landed, staged
        )

    def _sync_entry(
        self, request: ExportRequest, job_id: str, asked_at: datetime, at: datetime, landed: LandedDocument
    ) -> LedgerEntry:
        """Return a line for what had no job: with it the request as a whole is known to be loaded."""
        return LedgerEntry(
            self.queue.next_number(),
            request,
            asked_at,
            job_id=job_id,
            message="not a job: the synchronous forecast",
            finished_at=at,
            downloaded_at=self.clock.now(),
            path=landed.path,
            bytes=landed.size,
            sha256=landed.sha256,
        )


def _renamed(landed: LandedDocument, landing: Landing, request: ExportRequest, job_id: str) -> LandedDocument:
    """Give a synchronous answer its name, which is known only from its date."""
    return replace(landed, path=landed.path.replace(landing.place(request, job_id)))
