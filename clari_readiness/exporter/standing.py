"""How requests stand in the ledger: loaded recently enough, left behind by an earlier run, or due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from clari_readiness.exporter.crm import without_crm
from clari_readiness.exporter.plan import Schedule
from clari_readiness.model.exports import ExportRequest
from clari_readiness.warehouse import JobState, LedgerEntry

RESUMED_WITHIN = timedelta(days=1)
"""A job that an earlier run left behind and that is younger than this is gone on with; an older one is asked anew."""


@dataclass(frozen=True)
class Standing:
    """How one request stands: the line of its last load, that of a job that an earlier run left, and whether it is due.

    What has a job under way is due, since the next run goes on with it, but takes no further one of the quota.
    """

    request: ExportRequest
    due: bool
    loaded: LedgerEntry | None = None
    left: LedgerEntry | None = None


def standings(
    requests: Iterable[ExportRequest], ledger: Sequence[LedgerEntry], schedule: Schedule, now: datetime
) -> tuple[Standing, ...]:
    """Return how each request stands, each once, by a ledger whose oldest lines come first."""
    loaded = last_loaded(ledger)
    return tuple(_standing(request, loaded.get(request), ledger, schedule, now) for request in dict.fromkeys(requests))


def last_loaded(ledger: Iterable[LedgerEntry]) -> dict[ExportRequest, LedgerEntry]:
    """Return the last line of each request that was loaded; the oldest come first."""
    return {entry.request: entry for entry in ledger if entry.state is JobState.LOADED}


def left_behind(request: ExportRequest, ledger: Iterable[LedgerEntry], now: datetime) -> LedgerEntry | None:
    """Return the open line of an earlier run for this request, if it is young enough."""
    lines = [entry for entry in ledger if entry.request == request and entry.state.open]
    young = [entry for entry in lines if now - entry.requested_at < RESUMED_WITHIN]
    return young[-1] if young else None


def any_left_behind(request: ExportRequest, ledger: Sequence[LedgerEntry], now: datetime) -> LedgerEntry | None:
    """Return the line of a job that an earlier run left for it, with its CRM types or without them."""
    for each in (request, without_crm(request)):
        left = None if each is None else left_behind(each, ledger, now)
        if left is not None:
            return left
    return None


def _standing(
    request: ExportRequest,
    loaded: LedgerEntry | None,
    ledger: Sequence[LedgerEntry],
    schedule: Schedule,
    now: datetime,
) -> Standing:
    left = any_left_behind(request, ledger, now)
    due = left is not None or schedule.is_due(request, loaded.requested_at if loaded else None, now)
    return Standing(request, due, loaded, left)
