"""What is true, whatever was done on the way: what a perfect exporter holds in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from clari_readiness.errors import ReadinessError
from clari_readiness.simulator import exact
from clari_readiness.simulator.jobs import Job
from clari_readiness.simulator.organisation.audit import events
from clari_readiness.simulator.organisation.document import document, milliseconds
from clari_readiness.simulator.organisation.forecast import answer, period_for
from clari_readiness.simulator.organisation.opportunities import opportunity, opportunity_ids
from clari_readiness.simulator.plan import Document
from clari_readiness.simulator.surfaces.calls import World
from clari_readiness.simulator.surfaces.results import question_of

_KEY = ("fieldId", "timePeriodId", "timeFrameId", "userId")
_TIMES = ("updatedOn", "adjustedOn")

EventKey = tuple[str | None, str, str, str]
"""`eventTimestamp` (None where an event has none), `actorId`, `sessionId` and `event`."""


@dataclass(frozen=True)
class ExportTruth:
    """A job that exports a forecast, and what it is to leave behind.

    `time_period` is the quarter that was asked for. `exported_at` is the job's `endTime` in epoch ms, None unless it is
    DONE. `document` is what its results say (F13): every legitimate change of them is in it, no damage is, and each key
    is there once. `damage` says what is wrong with the results as they are told: where there is any, nothing of them
    may be loaded. Amounts are Decimals or ints.
    """

    job_id: str
    forecast_id: str
    time_period: str
    types: tuple[str, ...]
    scope_id: str | None
    currency: str
    historical: bool
    status: str
    exported_at: int | None
    document: Document
    damage: tuple[str, ...]

    @property
    def loadable(self) -> bool:
        """Return whether a perfect exporter loads it."""
        return self.status == "DONE" and not self.damage and bool(self.document["entries"])


@dataclass(frozen=True)
class AuditTruth:
    """The audit events of a window, true duplicates included (F29), as they are answered.

    `late` are those that were added while somebody read: they belong to the window, too, but an exporter that had read
    past them cannot know of them before it reads the window again.
    """

    events: tuple[Document, ...]
    late: tuple[Document, ...]

    def multiset(self) -> Counter[EventKey]:
        """Return how often each event is there, the late ones left out."""
        return Counter(event_key(event) for event in self.events)


def of_export(world: World, job_id: str, at: datetime) -> ExportTruth:
    """Return what is true of a job at this moment; raises ReadinessError for a job that exports no forecast."""
    job = world.jobs.get(job_id)
    if job is None or job.kind != "FORECAST":
        raise ReadinessError(f"no job {job_id} of the simulator exports a forecast")
    organisation, asked = world.organisation, job.request
    state = job.state(organisation, at)
    began = state.began or job.created + timedelta(seconds=organisation.job_seconds[0])
    truncated = job.truncated(organisation)
    return ExportTruth(
        job_id=job_id,
        forecast_id=asked["forecastId"],
        time_period=period_for(organisation, asked["timePeriod"], began).name,
        types=tuple(asked["typesToExport"]),
        scope_id=asked["scopeId"],
        currency=asked["currency"] or organisation.currency,
        historical=asked["includeHistorical"],
        status=state.status,
        exported_at=milliseconds(state.ended) if state.ended and state.status == "DONE" else None,
        document=_undamaged(world, job, began),
        damage=replace(job.plan, truncated=truncated).damage,
    )


def of_exports(world: World, at: datetime) -> tuple[ExportTruth, ...]:
    """Return what is true of every job that exports a forecast, in the order in which they were queued."""
    return tuple(of_export(world, job.job_id, at) for job in world.jobs.all() if job.kind == "FORECAST")


def of_audit(world: World, start: datetime, end: datetime) -> AuditTruth:
    """Return the events from `start` until before `end` that have happened by now."""
    end = min(end, world.clock.now())
    late = tuple(event for moment, event in world.late_events if start <= moment < end)
    return AuditTruth(tuple(events(world.organisation, start, end, {})), late)


def of_opportunities(world: World, at: datetime) -> Mapping[str, Document]:
    """Return every opportunity as it is at the moment, by its id (F30)."""
    found = {name: opportunity(world.organisation, name, at) for name in opportunity_ids(world.organisation)}
    return {name: each for name, each in found.items() if each is not None}


def event_key(event: Mapping[str, Any]) -> EventKey:
    """Return what an exporter has to keep of an event."""
    return event.get("eventTimestamp"), event["actorId"], event["sessionId"], event["event"]


def resolved(entries: Sequence[Document]) -> list[Document]:
    """Return one entry for each key: equal ones collapse, of others the one that was updated last stays (F13)."""
    kept: dict[tuple[Any, ...], Document] = {}
    for entry in entries:
        key = entry_key(entry)
        if key not in kept or _updated(entry) > _updated(kept[key]):
            kept[key] = entry
    return list(kept.values())


def entry_key(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return an entry's key: field, period, time frame, user and currency."""
    currency = entry.get("currency")
    return *(entry.get(name) for name in _KEY), currency.get("code") if isinstance(currency, dict) else currency


def _updated(entry: Document) -> int:
    return max(entry.get(name) or 0 for name in _TIMES)


def _undamaged(world: World, job: Job, began: datetime) -> Document:
    plan = job.plan.undamaged()
    found = answer(world.organisation, question_of(replace(job, plan=plan)), began)
    told = plan.told(exact.read(document(found)))
    return {**told, "entries": resolved(told["entries"])}
