"""What the simulator knows to be true, in the words of the tables that a trial reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from clari_readiness.simulator import Line, Simulator
from clari_readiness.simulator.jobs import Job
from clari_readiness.simulator.organisation.audit import events
from clari_readiness.simulator.organisation.opportunities import opportunity
from clari_readiness.trial.assignment import Assignment
from clari_readiness.trial.course import Document, Entry, Truth
from clari_readiness.trial.rows import AMOUNTS

_CENT = Decimal("0.01")
_VALUES = {"forecast": "forecastValue", "quota": "quotaValue", "crm_closed": "crmClosed"}
_RESULTS = re.compile(r"/export/jobs/([^/]+)/results$")
_AUDIT = re.compile(r"/audit/events$")


def truth_of(simulator: Simulator, assignment: Assignment, lines: Sequence[Line]) -> Truth:
    """Return what is true after a run that asked for these lines."""
    certain, possible = _events(simulator, assignment, lines)
    return Truth(
        documents=tuple(_documents(simulator, assignment)),
        downloaded=tuple(_downloaded(lines)),
        certain_events=certain,
        possible_events=possible,
        opportunities=_opportunities(simulator, assignment),
    )


def _documents(simulator: Simulator, assignment: Assignment) -> Iterator[Document]:
    for job in simulator._jobs.all():
        if job.kind == "FORECAST" and job.request["forecastId"] == assignment.forecast_id:
            period = str(job.request["timePeriod"])
            types = tuple(job.request["typesToExport"])
            yield Document(job.job_id, period, types, job.created, entries_of(_content(simulator, job), assignment))


def _content(simulator: Simulator, job: Job) -> Mapping[str, Any]:
    asked = job.request
    return simulator.truth(
        asked["forecastId"],
        asked["timePeriod"],
        job.created + timedelta(seconds=simulator.organisation.job_seconds[0]),
        types=asked["typesToExport"],
        scope=asked["scopeId"],
        currency=asked["currency"],
        historical=asked["includeHistorical"],
    )


def entries_of(document: Mapping[str, Any], assignment: Assignment) -> tuple[Entry, ...]:
    """Return the rows that a document of an export has to become."""
    people = {user["userId"]: user for user in document.get("users", ())}
    return tuple(_entry(entry, people, assignment) for entry in document["entries"])


def _entry(entry: Mapping[str, Any], people: Mapping[str, Mapping[str, Any]], assignment: Assignment) -> Entry:
    person = people.get(entry["userId"], {})
    key = (
        assignment.forecast_id,
        entry["timePeriodId"],
        entry["timeFrameId"],
        entry["userId"],
        entry["fieldId"],
        (entry.get("currency") or {}).get("code", ""),
    )
    amounts = {AMOUNTS[kind]: exact(entry.get(_VALUES[kind])) for kind in assignment.types if kind in AMOUNTS}
    return Entry(key, person.get("name"), person.get("email"), amounts)


def exact(amount: Any) -> Decimal | None:
    """Return an amount to the cent, rounded half up."""
    return None if amount is None else Decimal(str(amount)).quantize(_CENT, ROUND_HALF_UP)


def _downloaded(lines: Iterable[Line]) -> Iterator[str]:
    for line in sorted(lines, key=lambda each: each.number):
        match = _RESULTS.search(line.path)
        if match and line.status == 200:
            yield match[1]


def _events(
    simulator: Simulator, assignment: Assignment, lines: Sequence[Line]
) -> tuple[tuple[tuple[str | None, ...], ...], tuple[tuple[str | None, ...], ...]]:
    asked = [datetime.fromisoformat(line.at) for line in lines if _AUDIT.search(line.path)]
    if assignment.audit_from is None or not asked:
        return (), ()
    return tuple(
        tuple(map(_event, events(simulator.organisation, assignment.audit_from, until, {})))
        for until in (min(asked), max(asked) + timedelta(seconds=1))
    )  # type: ignore[return-value]


def _event(event: Mapping[str, Any]) -> tuple[str | None, ...]:
    at = event.get("eventTimestamp")
    moment = datetime.fromisoformat(at).astimezone(UTC).isoformat() if at else None
    return moment, event["actorId"], event["sessionId"], event["event"]


def _opportunities(simulator: Simulator, assignment: Assignment) -> dict[str, Any]:
    now = simulator.clock.now()
    found = {name: opportunity(simulator.organisation, name, now) for name in assignment.opportunity_ids}
    return {name: each["crmScore"]["score"] for name, each in found.items() if each is not None}
