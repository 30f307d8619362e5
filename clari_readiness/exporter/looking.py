"""An export that is only looked at: queued, waited for and landed like any other, and loaded nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from clari_readiness.errors import JobFailed, JobTimedOut, Refused
from clari_readiness.exporter.asked import complete
from clari_readiness.exporter.ends import ends_recorded
from clari_readiness.exporter.queueing import ADOPTED, Queue
from clari_readiness.exporter.seams import ExportClient
from clari_readiness.exporter.together import Steps
from clari_readiness.exporter.waiting import Patience, wait
from clari_readiness.model.exports import ExportRequest, LandedDocument
from clari_readiness.model.time import Clock
from clari_readiness.warehouse import LedgerEntry, Warehouse


@dataclass(frozen=True)
class Looked:
    """A document of an export; `adopted` when the answer to its POST was lost, so that it has to prove itself (F12)."""

    job_id: str
    landed: LandedDocument
    adopted: bool


@dataclass(frozen=True)
class Looking:
    """What it takes. `ledger` is the only thing that is written; a job younger than a day is gone on with (F9)."""

    client: ExportClient
    ledger: Warehouse
    clock: Clock
    patience: Patience
    queue: Queue

    def look(self, request: ExportRequest, to: Path) -> Steps[Looked]:
        """Land the results of a job for the request. A job that takes too long is cancelled, and none is queued again.

        The errors are those of the queue, so that a `Refused` is about the request; JobFailed, where Clari refuses the
        job or its results; JobTimedOut; and DocumentRefused for a truncated job (F10).
        """
        entry = yield from self.queue.enter(request)
        try:
            return (yield from self._landed(entry, to))
        except JobTimedOut as error:
            self.queue.give_up(entry, error.message)
            raise
        except Refused as refused:
            problem = JobFailed(f"job {entry.job_id} cannot be had: {refused.message}", way_out=refused.way_out)
        raise problem

    def _landed(self, entry: LedgerEntry, to: Path) -> Steps[Looked]:
        entry, job = yield from wait(
            entry, client=self.client, warehouse=self.ledger, clock=self.clock, patience=self.patience
        )
        complete(job)
        self.ledger.close()
        with ends_recorded(entry, self.ledger):
            landed = self.client.download(job.job_id, to)
        return Looked(job.job_id, landed, entry.message == ADOPTED)
