"""Audit events: whole days, page by page, and each day in place of what was there (F29)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol

from clari_readiness.errors import DocumentRefused
from clari_readiness.exporter.seams import Contracts
from clari_readiness.model.time import Clock

KEPT = timedelta(days=30)
"""How long Clari keeps events: a day that has partly fallen out of it is never asked for again."""

PAGE = 1000
_LATE = timedelta(hours=1)  # how long after its end a day may still get events
_DAY = timedelta(days=1)


class Page(Protocol):
    """One page of audit events."""

    @property
    def items(self) -> Sequence[Mapping[str, Any]]:
        """The events, in any order."""
        ...

    @property
    def actors(self) -> Sequence[Mapping[str, Any]]:
        """Who is behind them."""
        ...


class AuditClient(Protocol):
    """The call of a client that it takes."""

    def audit_events(self, *, limit: int, date_from: datetime, date_to: datetime) -> Iterator[Page]:
        """Yield the pages of a window of time."""
        ...


class AuditDays(Protocol):
    """Where the days are kept."""

    def audit_days(self) -> dict[date, datetime]:
        """Return each day that was exported, and when that was."""
        ...

    def replace_audit_day(
        self,
        day: date,
        events: Sequence[Mapping[str, Any]],
        actors: Sequence[Mapping[str, Any]],
        *,
        exported_at: datetime,
    ) -> int:
        """Put these events in place of those of the day, all or none, and return how many they are."""
        ...


@dataclass(frozen=True)
class AuditDay:
    """A day that was exported: so many events, from so many pages."""

    day: date
    events: int
    pages: int


def export_audit_events(
    client: AuditClient,
    store: AuditDays,
    contracts: Contracts,
    clock: Clock,
    *,
    page: int = PAGE,
    since: date | None = None,
) -> Iterator[AuditDay]:
    """Export each day that Clari still has and we have not in full, the oldest first, and yield it when it is kept.

    With `since`, no day before it is asked for.
    Clari's errors and DocumentRefused end it; a day is replaced when all of its pages are there, or not at all.
    """
    for day in days_due(store.audit_days(), clock.now()):
        if since is not None and day < since:
            continue
        begins = max(_midnight(day), clock.now() - KEPT)
        ends = min(_midnight(day) + _DAY, clock.now())
        exported_at = clock.now()
        events, actors, pages = _read(client.audit_events(limit=page, date_from=begins, date_to=ends), contracts)
        inside = [event for event in events if not _elsewhere(event, _midnight(day))]
        yield AuditDay(day, store.replace_audit_day(day, inside, actors, exported_at=exported_at), pages)


def days_due(exported: Mapping[date, datetime], now: datetime) -> list[date]:
    """Return the days, from the oldest that Clari has until today, that are not there or were not over yet.

    The oldest is asked for only when nothing of it is there: part of it is gone by now, and replacing would lose that.
    """
    oldest = (now - KEPT).astimezone(UTC).date()
    days = [oldest + _DAY * number for number in range((now.astimezone(UTC).date() - oldest).days + 1)]
    return [day for day in days if day not in exported or (day > oldest and not _over(day, exported[day]))]


def _over(day: date, exported_at: datetime) -> bool:
    return exported_at >= _midnight(day) + _DAY + _LATE


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _read(pages: Iterator[Page], contracts: Contracts) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]], int]:
    events: list[Mapping[str, Any]] = []
    actors: list[Mapping[str, Any]] = []
    number = 0
    for number, page in enumerate(pages, 1):
        found = contracts.violations("audit_events", {"items": list(page.items), "actors": list(page.actors)})
        if found:
            raise DocumentRefused(
                f"audit events, page {number}: {found[0]}",
                violations=[str(each) for each in found],
                way_out="nothing of this day was replaced; compare the answer with what Clari documents",
            )
        events += page.items
        actors += page.actors
    return events, actors, number


def _elsewhere(event: Mapping[str, Any], begins: datetime) -> bool:
    """Tell whether an event is of another day: whether `dateTo` itself belongs to a window is not documented.

    One without a time of its own is of the day that it came with.
    """
    text = event.get("eventTimestamp")
    if not text:
        return False
    at = datetime.fromisoformat(str(text))
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return not begins <= at < begins + _DAY
