"""Clari's audit log (F29) as far as an exporter can tell: pages of any size, no order, and 30 days of memory."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

from clari_readiness.model.time import Clock

MEMORY = timedelta(days=30)
ONE_DAY = timedelta(days=1)
_ZONES = (UTC, timezone(timedelta(hours=2)), timezone(timedelta(hours=-5)), None)
FORMS = range(len(_ZONES))
"""How an event may say when it happened: in some zone; the last form does not say it."""
UNTIMED = len(_ZONES) - 1


@dataclass(frozen=True)
class Happened:
    """Something that happened, how it is written, and how late Clari learns of it. Equal ones are true duplicates."""

    at: datetime
    what: str
    form: int = 0
    late: timedelta = timedelta(0)

    @property
    def document(self) -> dict[str, Any]:
        zone = _ZONES[self.form]
        who = {"actorId": "1", "sessionId": "s", "sessionType": "WEB", "ipAddress": "192.0.2.1", "actorType": "USER"}
        return {**who, "event": self.what} | ({"eventTimestamp": self.at.astimezone(zone).isoformat()} if zone else {})


@dataclass(frozen=True)
class Page:
    items: Sequence[dict[str, Any]]
    actors: Sequence[dict[str, Any]] = ({"actorId": "1", "actorType": "USER", "name": "A", "email": "a@example.com"},)


@dataclass
class AuditLog:
    """A client of it. Whether `dateTo` itself belongs to a window is not documented: `to_the_end` says that it does."""

    happened: Sequence[Happened]
    clock: Clock
    page: int = 3
    seed: int = 0
    to_the_end: bool = False

    def audit_events(self, *, limit: int, date_from: datetime, date_to: datetime) -> Iterator[Page]:  # noqa: ARG002 - pages may be shorter
        found = [
            each.document
            for each in self.known()
            if date_from <= each.at and (each.at < date_to or (self.to_the_end and each.at == date_to))
        ]
        random.Random(self.seed).shuffle(found)
        yield Page([])
        for start in range(0, len(found), self.page):
            yield Page(found[start : start + self.page])

    def known(self) -> list[Happened]:
        """What Clari knows now."""
        now = self.clock.now()
        return [each for each in self.happened if now - MEMORY <= each.at and each.at + each.late <= now]

    def of_day(self, day: date) -> Counter[str]:
        """What Clari knows now of a day."""
        return Counter(each.what for each in self.known() if each.at.date() == day)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
