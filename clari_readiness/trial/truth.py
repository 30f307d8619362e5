"""What the simulator knows to be true, in the words of the tables that a trial reads."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from clari_readiness.simulator import ExportTruth, Line, Simulator
from clari_readiness.simulator.truth import EventKey
from clari_readiness.trial.assignment import Assignment
from clari_readiness.trial.course import Document, Entry, Event, Truth
from clari_readiness.trial.rows import AMOUNTS

_CENT = Decimal("0.01")
_VALUES = {"forecast": "forecastValue", "quota": "quotaValue", "crm_closed": "crmClosed"}
_RESULTS = re.compile(r"/export/jobs/([^/]+)/results$")
_AUDIT = re.compile(r"/audit/events$")
_NO_EVENTS: Counter[Event] = Counter()


def truth_of(simulator: Simulator, assignment: Assignment, lines: Sequence[Line]) -> Truth:
    """Return what is true after a run that asked for these lines."""
    certain, possible = _events(simulator, assignment, lines)
    told = simulator.opportunities() if assignment.opportunity_ids else {}
    queued = {line.queued for line in simulator.journal.lines}
    downloaded = tuple(_downloaded(lines))
    return Truth(
        documents=tuple(
            _document(export)
            for export in simulator.exports()
            if export.forecast_id == assignment.forecast_id and export.job_id in queued
        ),
        downloaded=downloaded,
        taken=tuple(job_id for job_id in downloaded if job_id not in queued),
        certain_events=certain,
        possible_events=possible,
        opportunities={name: told[name]["crmScore"]["score"] for name in assignment.opportunity_ids if name in told},
    )


def _document(export: ExportTruth) -> Document:
    people = {user["userId"]: user for user in export.document.get("users", ())}
    entries = tuple(_entry(entry, people, export) for entry in export.document["entries"])
    return Document(export.job_id, export.time_period, export.types, entries, export.damage)


def _entry(entry: Mapping[str, Any], people: Mapping[str, Mapping[str, Any]], export: ExportTruth) -> Entry:
    person = people.get(entry["userId"], {})
    key = (
        export.forecast_id,
        entry["timePeriodId"],
        entry["timeFrameId"],
        entry["userId"],
        entry["fieldId"],
        (entry.get("currency") or {}).get("code", ""),
    )
    amounts = {column: _exact(entry.get(_VALUES[kind])) for kind, column in AMOUNTS.items() if kind in export.types}
    return Entry(key, person.get("name"), person.get("email"), amounts)


def _exact(amount: Any) -> Decimal | None:
    """Return an amount to the cent, rounded half up."""
    return None if amount is None else Decimal(str(amount)).quantize(_CENT, ROUND_HALF_UP)


def _downloaded(lines: Iterable[Line]) -> Iterator[str]:
    for line in lines:
        match = _RESULTS.search(line.path)
        if match and line.status == 200:
            yield match[1]


def _events(
    simulator: Simulator, assignment: Assignment, lines: Sequence[Line]
) -> tuple[Counter[Event], Counter[Event]]:
    """Return the events that happened before the first request for them, and those before the last one."""
    asked = [datetime.fromisoformat(line.at) for line in lines if _AUDIT.search(line.path)]
    if assignment.audit_from is None or not asked:
        return _NO_EVENTS, _NO_EVENTS
    certain = simulator.audit_events(assignment.audit_from, min(asked)).multiset()
    later = simulator.audit_events(assignment.audit_from, max(asked) + timedelta(seconds=1))
    late = Counter(_late(event) for event in later.late)
    return _in_utc(certain), _in_utc(later.multiset()) + _in_utc(late)


def _late(event: Mapping[str, Any]) -> EventKey:
    return event.get("eventTimestamp"), event["actorId"], event["sessionId"], event["event"]


def _in_utc(events: Counter[EventKey]) -> Counter[Event]:
    found: Counter[Event] = Counter()
    for (at, *others), count in events.items():
        moment = datetime.fromisoformat(at).astimezone(UTC).isoformat() if at else None
        found[moment, *others] += count
    return found
