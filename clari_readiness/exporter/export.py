"""A forecast's way from Clari into the warehouse, whole."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

from clari_readiness.errors import DocumentRefused, LimitReached, ReadinessError, Unauthorized
from clari_readiness.exporter.asked import answered, complete
from clari_readiness.exporter.ends import ends_recorded
from clari_readiness.exporter.events import Event, Exported, Step
from clari_readiness.exporter.lock import exclusively
from clari_readiness.exporter.queueing import Queue
from clari_readiness.exporter.seams import ContractJudge, Contracts, ExportClient
from clari_readiness.exporter.waiting import Patience, wait
from clari_readiness.model.exports import ExportRequest, LandedDocument, Loaded, Snapshot
from clari_readiness.model.time import Clock
from clari_readiness.warehouse import JobState, LedgerEntry, StagedEntries, Warehouse


@dataclass(frozen=True)
class Exporter:
    """Everything that an export takes.

    `landing` is where raw files are kept, `lock` the file that keeps a second exporter away (`lock_beside`), and
    `value_names` type -> key in an entry, for tenants whose keys differ from ours (F13).
    """

    client: ExportClient
    warehouse: Warehouse
    contracts: Contracts
    clock: Clock
    landing: Path
    lock: Path
    patience: Patience = field(default_factory=Patience)
    value_names: Mapping[str, str] = field(default_factory=dict)

    def export(self, request: ExportRequest) -> Exported:
        """Export one forecast of one period, and return what became of it.

        Clari's errors, ExportError and WarehouseError end it; nothing is half loaded then, and the next run goes on
        with the same job where that is possible.
        """
        with exclusively(self.lock), closing(self.warehouse):
            steps = self._row(request)
            while True:
                try:
                    next(steps)
                except StopIteration as end:
                    exported: Exported = end.value
                    return exported

    def export_all(self, requests: Iterable[ExportRequest]) -> Iterator[Event]:
        """Export one after the other, and yield each step; one that is refused or fails does not stop the others.

        Only when all the others would meet the same end, being out of quota or without a good token, they are not
        tried. ExporterBusy is raised, since nothing was begun.
        """
        hopeless: ReadinessError | None = None
        with exclusively(self.lock):
            for request in requests:
                if hopeless is not None:
                    yield Event(Step.FAILED, request, detail="not tried", error=hopeless)
                    continue
                try:
                    yield from self._row(request)
                except DocumentRefused as error:
                    yield Event(Step.REFUSED, request, detail=str(error), error=error)
                except ReadinessError as error:
                    yield Event(Step.FAILED, request, detail=str(error), error=error)
                    hopeless = error if isinstance(error, LimitReached | Unauthorized) else None
                finally:
                    self.warehouse.close()

    def _row(self, request: ExportRequest) -> Generator[Event, None, Exported]:
        """Ask for it, wait for it, land it, judge it, load it."""
        queue = Queue(self.client, self.warehouse, self.clock, self.patience.timeout)
        entry = yield from queue.enter(request)
        entry, job = yield from wait(
            entry, client=self.client, warehouse=self.warehouse, clock=self.clock, patience=self.patience
        )
        with ends_recorded(entry, self.warehouse):
            snapshot = Snapshot(job.job_id, request, complete(job))
            entry, landed = self._download(entry, snapshot)
        yield Event(Step.DOWNLOADED, request, job.job_id, f"{landed.size} bytes")
        with ends_recorded(entry, self.warehouse):
            staged = self._stage(landed, request)
            loaded = self._load(entry, snapshot, staged)
        exported = Exported(snapshot, job, landed, staged, loaded)
        yield Event(Step.LOADED, request, job.job_id, f"{loaded.inserted} new entries", exported=exported)
        return exported

    def _download(self, entry: LedgerEntry, snapshot: Snapshot) -> tuple[LedgerEntry, LandedDocument]:
        self.warehouse.close()
        begun = self.clock.monotonic()
        landed = self.client.download(snapshot.job_id, self._landing_of(snapshot))
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

    def _landing_of(self, snapshot: Snapshot) -> Path:
        """Return where the raw file is kept: landing/<forecast>/<period>/<job>.json, each a single safe name."""
        request = snapshot.request
        directory = self.landing / _safe(request.forecast_id) / _safe(request.time_period)
        directory.mkdir(parents=True, exist_ok=True)
        return directory / f"{_safe(snapshot.job_id)}.json"

    def _stage(self, landed: LandedDocument, request: ExportRequest) -> StagedEntries:
        staged = self.warehouse.stage(landed, ContractJudge(self.contracts), self.value_names)
        answered(request, staged, value_names=self.value_names)
        return staged

    def _load(self, entry: LedgerEntry, snapshot: Snapshot, staged: StagedEntries) -> Loaded:
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
        return loaded


def _safe(name: str) -> str:
    """Return a name that is one name in any file system, whatever stands in it."""
    return quote(name, safe=" ").replace(".", "%2E")
