"""An export in place of the synchronous forecast, where this Clari has none (F21): budgeted, and once for all workers.

What the gate starts stands in a ledger of its own, beside its other records; a team's warehouse is not written. A job
that is younger than a day is used again, and one that is not done when the run is stopped is cancelled.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock

from clari_readiness.client import ClariClient, Exchange, Observer
from clari_readiness.environments import Environment
from clari_readiness.errors import AmbiguousJob, JobFailed, NotVerified
from clari_readiness.exporter import Looked, Looking, Patience, Pause, Queue, Steps, planned
from clari_readiness.gate.collect import Collector, Piece
from clari_readiness.gate.naming import export_piece
from clari_readiness.gate.own_jobs import is_usable, ledger_path, lines_of, lock_of
from clari_readiness.gate.stopping import whole_step
from clari_readiness.model.exports import AMOUNTS, ExportRequest
from clari_readiness.model.time import Clock, SystemClock
from clari_readiness.warehouse import DuckDBWarehouse

NO_SYNCHRONOUS = "this Clari has no synchronous forecast (F21)"

_T = TypeVar("_T")


@dataclass(frozen=True)
class Exports:
    """The exports of a run of the gate.

    `clock` gives the environment's clock, `directory` is for what is downloaded, and `say` tells whoever watches.
    """

    environment: Environment
    collector: Collector
    connect: Callable[[Observer], ClariClient]
    clock: Callable[[], Clock]
    directory: Path
    say: Callable[[str], None]

    def piece(self, forecast_id: str, time_period: str, *, is_missing: Callable[[str, str], bool]) -> Piece:
        """Return the latest week of a forecast as a job of the gate's has it, or what kept it from starting one.

        `is_missing` tells of an earlier forecast and quarter whether it is missing, too. The budget is theirs first, in
        the order of the plan, whichever check asks first, and whether their jobs are new or used again: two runs of a
        day see the same.
        """
        taken = 0
        for request in self.plan:
            wanted = (request.forecast_id, request.time_period) == (forecast_id, time_period)
            if not wanted and not is_missing(request.forecast_id, request.time_period):
                continue
            piece = self._fetched(request, taken)
            if wanted:
                return piece
            taken += 1
        raise NotVerified(f"{NO_SYNCHRONOUS}, and {time_period} of {forecast_id} is not in the plan of exports")

    def is_there(self, request: ExportRequest) -> bool:
        """Tell whether a job of the last day is used for a request of the plan, so that it costs nothing."""
        now = self.clock().now()
        return any(is_usable(line, request, now) for line in lines_of(ledger_path(self.environment)))

    @cached_property
    def plan(self) -> tuple[ExportRequest, ...]:
        """The exports that may take the place of an answer, the first in line for the budget first.

        They ask for the latest week alone, as the synchronous forecast would have held it.
        """
        return tuple(replace(each, include_historical=False) for each in planned(self.environment, self.clock()))

    def _fetched(self, request: ExportRequest, taken: int) -> Piece:
        name = export_piece(request.forecast_id, request.time_period)
        return self.collector.once(name, lambda exchanges: self._fetch(name, request, taken, exchanges))

    def _fetch(self, name: str, request: ExportRequest, taken: int, exchanges: list[Exchange]) -> Any:
        """Another run of the gate that exports is waited for: its job is ours as well."""
        self.environment.make_directory()
        clock, path = self.clock(), ledger_path(self.environment)
        with (
            FileLock(lock_of(path)),
            self.connect(exchanges.append) as client,
            DuckDBWarehouse(path, SystemClock()) as ledger,
        ):
            looking = self._looking(client, ledger, clock)
            looked = self._looked(looking, request, taken, self.directory / f"{name}.landed")
        document = json.loads(looked.landed.path.read_bytes())
        looked.landed.path.unlink()
        if looked.adopted:
            _require_ours(request, looked, document, self.environment.value_keys)
        return document

    def _looking(self, client: ClariClient, ledger: DuckDBWarehouse, clock: Clock) -> Looking:
        timeout, first = self.environment.job_timeout, self.environment.poll_interval
        patience = Patience(timeout, first=first, longest=max(Patience.longest, first), requeues=0)
        queue = Queue(client, ledger, clock, timeout=timeout, reserve=self.environment.quota_reserve)
        return Looking(client, ledger, clock, patience, queue)

    def _looked(self, looking: Looking, request: ExportRequest, taken: int, landing: Path) -> Looked:
        """Use a job of the last day; where there is none, or it cannot be had any more, start one.

        A line without a job is of a run that was killed while it asked: looking for it may end in another POST.
        """
        left = looking.queue.left_behind(request)
        if left is not None and left.job_id:
            try:
                return in_whole_steps(looking.look(request, landing), looking.clock)
            except JobFailed:
                if looking.queue.left_behind(request) is not None:
                    raise
        self._allow(looking.queue, request, taken)
        return in_whole_steps(looking.look(request, landing), looking.clock)

    def _allow(self, queue: Queue, request: ExportRequest, taken: int) -> None:
        """Raise NotVerified where the settings or the quota forbid a job; otherwise say what it costs."""
        what, most = f"{request.time_period} of {request.forecast_id}", self.environment.export_budget
        if taken >= most:
            raise NotVerified(
                f"{NO_SYNCHRONOUS}, and export_budget = {most} leaves no export for {what}",
                way_out=f"set export_budget = {taken + 1} and let a run of the gate start so many export jobs, or "
                f"{len(self.plan)} for every forecast and quarter",
            )
        budget = queue.budget()
        if not budget.allows_one:
            refusal = budget.refusal(request)
            raise NotVerified(f"{NO_SYNCHRONOUS}, and {refusal.message}", way_out=refusal.way_out)
        self.say(f"{NO_SYNCHRONOUS}, so {what} is exported: {budget.cost(1)}")


def in_whole_steps(steps: Steps[_T], clock: Clock) -> _T:
    """Go through the steps of an export, and return what comes of it; a stop comes through between two of them."""
    while True:
        with whole_step():
            try:
                step = next(steps)
            except StopIteration as end:
                result: _T = end.value
                return result
        if isinstance(step, Pause):
            clock.sleep(step.seconds)


def _require_ours(request: ExportRequest, looked: Looked, document: Any, keys: Mapping[str, str]) -> None:
    """Raise AmbiguousJob for a document that is not what was asked for: it is somebody else's (F12)."""
    entries = document.get("entries", []) if isinstance(document, dict) else []
    periods = {entry.get("timePeriodId") for entry in entries}
    held = {kind for kind in AMOUNTS if any(keys[kind] in entry for entry in entries)}
    if periods - {request.time_period} or held - set(request.types):
        raise AmbiguousJob(
            f"the answer to the POST of {request.forecast_id} {request.time_period} was lost, and the only job begun "
            f"since, {looked.job_id}, is not the one",
            way_out="let nothing else export with this token meanwhile, and run it again",
        )
