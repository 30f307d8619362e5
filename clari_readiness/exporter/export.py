"""The exporter: one export, or all that are due, from Clari into the warehouse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from clari_readiness.errors import (
    AmbiguousJob,
    DocumentRefused,
    ReadinessError,
    Unauthorized,
)
from clari_readiness.exporter.events import Event, Exported, Step
from clari_readiness.exporter.landing import Landing
from clari_readiness.exporter.lock import exclusively
from clari_readiness.exporter.plan import Schedule
from clari_readiness.exporter.queueing import Queue
from clari_readiness.exporter.row import IsFresh, Rows
from clari_readiness.exporter.seams import ContractJudge, Contracts, ExportClient
from clari_readiness.exporter.standing import any_left_behind, last_loaded
from clari_readiness.exporter.together import Pause, alone, together
from clari_readiness.exporter.waiting import Patience
from clari_readiness.model.exports import ExportRequest
from clari_readiness.model.time import Clock
from clari_readiness.warehouse import LedgerEntry, Warehouse


@dataclass(frozen=True)
class Exporter:
    """Everything that an export takes.

    `landing` is where raw files are kept, `lock` the file that keeps a second exporter away (`lock_beside`),
    `value_names` type -> key in an entry, for tenants whose keys differ from ours (F13), and `quota_reserve` the share
    of the monthly quota that is never touched.
    """

    client: ExportClient
    warehouse: Warehouse
    contracts: Contracts
    clock: Clock
    landing: Path
    lock: Path
    patience: Patience = field(default_factory=Patience)
    value_names: Mapping[str, str] = field(default_factory=dict)
    schedule: Schedule = field(default_factory=Schedule)
    quota_reserve: float = 0.0

    def export(self, request: ExportRequest) -> Exported:
        """Export one forecast of one period now, due or not, and return what became of it.

        Clari's errors, ExportError and WarehouseError end it; nothing is half loaded then, and the next run goes on
        with the same job where that is possible.
        """
        with exclusively(self.lock), self.warehouse.held(), closing(self.warehouse):
            steps = alone(self._rows(lambda _: False).export(request), self.clock)
            while True:
                try:
                    next(steps)
                except StopIteration as end:
                    exported: Exported = end.value
                    return exported

    def export_all(self, requests: Iterable[ExportRequest], *, anew: bool = False) -> Iterator[Event]:
        """Export all that are due, as many at once as Clari lets us, and yield each step.

        What was loaded recently enough is not asked for again, unless `anew`, but a job that was left behind is gone on
        with. What it costs is told before the first
        POST. One that is refused or fails does not stop the others; only without a good token they are not tried.
        ExporterBusy is raised, since nothing was begun.
        """
        with exclusively(self.lock), self.warehouse.held(), closing(self.warehouse):
            loaded = {} if anew else last_loaded(self.warehouse.ledger())
            rows = self._rows(lambda request: not self._is_due(request, loaded))
            due = []
            for request in dict.fromkeys(requests):
                if rows.is_fresh(request) and not self._left_behind(request):
                    yield Event(
                        Step.REUSED, request, loaded[request].job_id or "", _since(loaded[request].requested_at)
                    )
                else:
                    due.append(request)
            yield from self._export_due(rows, due)

    def _export_due(self, rows: Rows, due: list[ExportRequest]) -> Iterator[Event]:
        """Begin with what an earlier run left behind: a lost answer is settled before there is another POST."""
        left = {request for request in due if self._left_behind(request)}
        new = [request for request in due if request not in left]
        slots = 1
        if new:
            try:
                budget, slots = rows.queue.budget(), rows.queue.slots()
            except ReadinessError as error:
                yield from (Event(Step.FAILED, request, detail=f"not tried: {error}", error=error) for request in due)
                return
            cost = budget.cost(len(new))
            yield from (Event(Step.PLANNED, request, detail="1 job", cost=cost) for request in new)
        ends = _Ends()
        exports = (ends.told(rows, request) for request in sorted(due, key=lambda each: each not in left))
        yield from together(exports, slots=slots, clock=self.clock, before_sleep=self.warehouse.close)

    def _is_due(self, request: ExportRequest, loaded: Mapping[ExportRequest, LedgerEntry]) -> bool:
        last = loaded.get(request)
        return self.schedule.is_due(request, last.requested_at if last else None, self.clock.now())

    def _left_behind(self, request: ExportRequest) -> bool:
        """Tell whether an earlier run left a job for it, CRM types included or not."""
        return any_left_behind(request, self.warehouse.ledger(), self.clock.now()) is not None

    def _rows(self, is_fresh: IsFresh) -> Rows:
        queue = Queue(
            self.client, self.warehouse, self.clock, timeout=self.patience.timeout, reserve=self.quota_reserve
        )
        return Rows(
            client=self.client,
            warehouse=self.warehouse,
            judge=ContractJudge(self.contracts),
            clock=self.clock,
            landing=Landing(self.landing),
            patience=self.patience,
            value_names=self.value_names,
            queue=queue,
            is_fresh=is_fresh,
        )


class _Ends:
    """How the exports of a run end, and whether there is hope for those that have not begun."""

    def __init__(self) -> None:
        self._hopeless: ReadinessError | None = None

    def told(self, rows: Rows, request: ExportRequest) -> Iterator[Event | Pause]:
        """Yield the steps of an export; its errors become its last event."""
        if self._hopeless is not None:
            yield Event(Step.FAILED, request, detail="not tried", error=self._hopeless)
            return
        try:
            exported = yield from rows.export(request)
        except (DocumentRefused, AmbiguousJob) as error:
            step = Step.REFUSED if isinstance(error, DocumentRefused) else Step.FAILED
            yield Event(step, request, detail=str(error), error=error)
        except ReadinessError as error:
            if isinstance(error, Unauthorized):
                self._hopeless = error
            yield Event(Step.FAILED, request, detail=str(error), error=error)
        else:
            yield _end(request, exported)


def _end(request: ExportRequest, exported: Exported | None) -> Event:
    if exported is None:
        return Event(Step.REUSED, request, detail="all that can be exported was loaded by an earlier run")
    detail = f"{exported.loaded.inserted} new entries"
    return Event(Step.LOADED, request, exported.snapshot.job_id, detail, exported=exported)


def _since(at: datetime) -> str:
    return f"exported on {at:%Y-%m-%d} at {at:%H:%M} UTC"
