"""Waivers, declarations and not-applicables, judged: each is valid on this day, or it makes the run INVALID."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from typing import Literal

from clari_readiness.environments import Declaration, Environments, NotApplicable, Waiver
from clari_readiness.gate.catalogue import NEVER_WAIVED
from clari_readiness.model.findings import Concession
from clari_readiness.spelling import nearest

LONGEST_WAIVER = timedelta(days=180)

Entry = Declaration | NotApplicable | Waiver


def concessions(
    environments: Environments, name: str, *, items: Collection[str], today: date
) -> tuple[Concession, ...]:
    """Return the concessions of an environment, each with its problem or none.

    An entry that does not even say for which environment it is counts for every one. `items` are the ids that exist.
    """
    return tuple(_judged(entry, items, today) for entry in _entries(environments) if entry.env == name or not entry.env)


def _entries(environments: Environments) -> Iterator[Entry]:
    yield from environments.declarations
    yield from environments.not_applicable
    yield from environments.waivers


def _judged(entry: Entry, items: Collection[str], today: date) -> Concession:
    kind, text, by = _words(entry)
    return Concession(
        kind=kind,
        item=entry.item,
        text=text,
        by=by,
        expires=entry.expires.isoformat() if entry.expires else "",
        days_left=(entry.expires - today).days if entry.expires else 0,
        problem=", ".join(_problems(entry, items, today)),
        surface=entry.surface if isinstance(entry, NotApplicable) else "",
    )


def _words(entry: Entry) -> tuple[Literal["waiver", "declaration", "not_applicable"], str, str]:
    match entry:
        case Declaration():
            return "declaration", entry.statement, entry.by
        case NotApplicable():
            return "not_applicable", entry.reason, entry.approved_by
        case Waiver():
            return "waiver", entry.reason, entry.approved_by


def _problems(entry: Entry, items: Collection[str], today: date) -> Iterator[str]:
    """Yield what is wrong with an entry; `expires` is the last day on which it holds."""
    if entry.problem:
        yield f"{entry.place}: {entry.problem}"
    if entry.item and entry.item not in items:
        near = nearest(entry.item.upper(), sorted(items))
        yield "there is no such item" + (f"; the nearest is {near}" if near else "")
    if entry.expires and entry.expires < today:
        yield f"it expired on {entry.expires}"
    begun = _begun(entry)
    if begun and begun > today:
        yield f"it is dated {begun}, which is in the future"
    if isinstance(entry, Waiver):
        yield from _waiver_problems(entry)


def _waiver_problems(waiver: Waiver) -> Iterator[str]:
    if waiver.item in NEVER_WAIVED:
        yield "a failure of this item cannot be waived"
    if waiver.expires and waiver.approved_on and waiver.expires - waiver.approved_on > LONGEST_WAIVER:
        yield f"it lasts more than {LONGEST_WAIVER.days} days"


def _begun(entry: Entry) -> date | None:
    match entry:
        case Declaration():
            return entry.on
        case Waiver():
            return entry.approved_on
        case NotApplicable():
            return None
