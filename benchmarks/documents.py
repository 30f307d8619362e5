"""Forecast documents of any size from a seed: users x fields x weeks, written to disk as they are made."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any, TextIO

FORECAST = "net_bookings"
PERIOD = "2027_Q3"
FIELDS, WEEKS = 20, 10
PER_USER = FIELDS * WEEKS
_BEGINS = date(2026, 8, 5)
_FRAMES = tuple(f"TF:{_BEGINS + timedelta(weeks=week)}" for week in range(WEEKS))
_SEED = 20261121
_MOVED = 0.1
"""How many of the amounts are another the next day."""


@dataclass(frozen=True)
class Made:
    """Which document: how many entries, of which day, and whether its very last entry breaks the contract."""

    entries: int
    day: int = 0
    broken: bool = False

    def __post_init__(self) -> None:
        if self.entries % PER_USER:
            raise ValueError(f"{self.entries} entries are no whole number of users with {PER_USER} each")

    @property
    def name(self) -> str:
        """The file's name, without its ending; another generator would be another name."""
        version = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:8]
        return f"{self.entries}-day{self.day}{'-broken' if self.broken else ''}-{version}"

    def at(self, directory: Path) -> Path:
        """Return the document's file, which is written when it is not there."""
        path = directory / f"{self.name}.json"
        if not path.exists():
            directory.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(f".{os.getpid()}.part")
            with part.open("w", encoding="utf-8") as out:
                self._write(out)
            part.replace(path)
        return path

    def _write(self, out: TextIO) -> None:
        out.write('{"entries":[')
        users = self.entries // PER_USER
        for user in range(users):
            last = user == users - 1
            text = ",".join(self._entries(user, broken=self.broken and last))
            out.write(text if last else text + ",")
        lists = {"users": list(_users(users)), "fields": _fields(), "timePeriods": [_PERIOD], "timeFrames": _frames()}
        out.write("]," + json.dumps(lists, separators=(",", ":"))[1:])

    def _entries(self, user: int, *, broken: bool) -> Iterator[str]:
        chance = Random(_SEED * 1_000_003 + user)  # noqa: S311 - no secret
        drift = Random(f"{_SEED}/{user}/{self.day}")  # noqa: S311 - no secret
        for field in range(FIELDS):
            for week, frame in enumerate(_FRAMES):
                amounts = [chance.randrange(-(10**7), 10**10) for _ in range(5)]
                if self.day and drift.random() < _MOVED:
                    amounts[0] += drift.randrange(-(10**6), 10**6)
                last = broken and field == FIELDS - 1 and week == WEEKS - 1
                yield _entry(user, field, frame, amounts, broken=last)


def _entry(user: int, field: int, frame: str, cents: list[int], *, broken: bool) -> str:
    forecast, quota, adjustment, total, closed = (_decimal(amount) for amount in cents)
    who = 1_000_000 + user
    return (
        f'{{"fieldId":"fc_field_{field:02}","timePeriodId":"{PERIOD}","timeFrameId":"{frame}",'
        f'"userId":"{who}:ACME_ROLE","forecastValue":{chr(34) + "n/a" + chr(34) if broken else forecast},'
        f'"isUpdated":true,"updatedBy":"{who}","updatedOn":{1_786_000_000_000 + user},'
        f'"quotaValue":{quota},"adjustmentValue":{adjustment},"adjustedBy":"{who}",'
        f'"adjustedOn":{1_786_000_100_000 + user},"aggregationTotal":{total},"crmClosed":{closed},'
        f'"currency":{{"code":"USD","symbol":"$"}}}}'
    )


def _decimal(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"


def _users(count: int) -> Iterator[dict[str, Any]]:
    for user in range(count):
        who = 1_000_000 + user
        yield {
            "userId": f"{who}:ACME_ROLE",
            "name": f"Person {user}",
            "email": f"person.{user}@example.com",
            "crmId": f"005{user:012}",
            "scopeId": str(who),
            "hierarchyId": f"H{user}",
            "hierarchyName": f"Territory {user}",
            "parentHierarchyId": f"H{user // 10}" if user else None,
            "parentHierarchyName": f"Territory {user // 10}" if user else None,
        }


def _fields() -> list[dict[str, str]]:
    names = range(FIELDS)
    return [{"fieldId": f"fc_field_{n:02}", "fieldName": f"Field {n}", "fieldType": "CURRENCY"} for n in names]


def _frames() -> list[dict[str, str]]:
    starts = (_BEGINS + timedelta(weeks=week) for week in range(WEEKS))
    return [{"timeFrameId": f"TF:{d}", "startDate": str(d), "endDate": str(d + timedelta(days=6))} for d in starts]


_PERIOD = {
    "timePeriodId": PERIOD,
    "type": "quarter",
    "label": "Q3",
    "year": "2027",
    "startDate": "2026-08-01",
    "endDate": "2026-10-31",
}
