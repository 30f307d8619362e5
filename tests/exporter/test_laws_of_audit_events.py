"""The laws of audit events (F29): whole days, each in place of what was there, and never less than what was known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clari_readiness.exporter import export_audit_events
from clari_readiness.model.time import SteppedClock
from clari_readiness.warehouse.events import EventStore
from tests.exporter.audit_log import FORMS, MEMORY, ONE_DAY, UNTIMED, AuditLog, Happened, midnight
from tests.exporter.conftest import CONTRACTS
from tests.warehouse.parsed import Parsed

pytestmark = pytest.mark.database

FIRST = date(2026, 10, 1)
SO_FAR = 33  # days since then, when the first run begins: three of them are forgotten, and part of the fourth
NEAR_AN_EDGE = st.sampled_from([0, 1, 2, 3, 4, 5, 31, 32, 33, 34, 35])


def _happened(day: int, minute: int, what: int, form: int, late: int) -> Happened:
    at = midnight(FIRST + day * ONE_DAY) + timedelta(minutes=minute)
    if form == UNTIMED:
        at += timedelta(seconds=1)  # at midnight itself nobody could tell of which day it is
    return Happened(at, f"event-{what}", form, timedelta(minutes=late))


happened = st.builds(
    _happened,
    NEAR_AN_EDGE,
    st.sampled_from([0, 1, 720, 1439]) | st.integers(0, 1439),
    st.integers(0, 2),  # few different ones, so that true duplicates are common
    st.sampled_from(FORMS),
    st.sampled_from([0, 0, 30, 59]),
)
logs = st.lists(happened, max_size=12)
waits = st.lists(st.integers(0, 60 * 60), max_size=2)  # minutes from one run to the next
_LONG_AGO = "INSERT INTO audit_days SELECT day, day + INTERVAL 2 DAYS, 0 FROM (SELECT unnest($days) AS day)"


class Store(EventStore):
    """A store in memory that can be emptied, and has days that were exported long ago."""

    def __init__(self) -> None:
        super().__init__(Path(":memory:"))
        self._connection = Parsed(self._connection)  # type: ignore[assignment]

    def begin(self, log: AuditLog, missing: frozenset[int]) -> None:
        """Forget everything; have each day but the missing ones and the last two as it was two days after it began."""
        for table in ("audit_events", "audit_days", "audit_actors"):
            self._connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own tables' names
        days = [FIRST + number * ONE_DAY for number in range(SO_FAR - 1) if number not in missing]
        self._connection.execute(_LONG_AGO, {"days": days})
        for day in {each.at.date() for each in log.happened} & set(days):
            events = [each for each in log.happened if each.at.date() == day]
            self.replace_audit_day(day, [each.document for each in events], [], exported_at=midnight(day) + 2 * ONE_DAY)

    def days(self) -> dict[date, Counter[str]]:
        found: dict[date, Counter[str]] = {}
        for day, what in self._connection.execute("SELECT day, event FROM audit_events").fetchall():
            found.setdefault(day, Counter())[what] += 1
        return found


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with Store() as opened:
        yield opened


def a_run(store: Store, log: AuditLog) -> None:
    list(export_audit_events(log, store, CONTRACTS, log.clock))


@given(
    logs,
    st.frozensets(st.sampled_from([1, 2, 3, 4, 30, 31])),
    st.integers(0, 24 * 60 - 1),
    waits,
    st.builds(dict, page=st.integers(1, 5), seed=st.integers(0, 99), to_the_end=st.booleans()),
)
@example([_happened(32, 1439, 0, 0, 30)], frozenset(), 0, [30], {"page": 1})  # it is told after midnight
@example([_happened(3, 1, 0, 0, 0), _happened(3, 1439, 0, 0, 0)], frozenset({3}), 720, [720, 720], {"page": 1})
def test_law_replacing_whole_days_keeps_the_multiset_and_never_loses_what_clari_has_forgotten(
    store: Store, events: list[Happened], missing: frozenset[int], minute: int, later: list[int], served: dict[str, int]
) -> None:
    """Law: after each run a day is what Clari knows of it, unless Clari has forgotten a part: then it is as it was.

    A day of which nothing was there is what is left of it. Pages, their sizes and their order leave no trace, and the
    same run again changes nothing.
    """
    clock = SteppedClock(midnight(FIRST + SO_FAR * ONE_DAY) + timedelta(minutes=minute, seconds=30))
    log = AuditLog(events, clock, **served)  # type: ignore[arg-type]
    store.begin(log, missing)
    for wait in [0, *later]:
        clock.sleep(wait * 60)
        judge(store, log, before=store.days(), exported=set(store.audit_days()))


def judge(store: Store, log: AuditLog, *, before: dict[date, Counter[str]], exported: set[date]) -> None:
    """Make a run, and one more, and compare what is there with the log and with what was there before."""
    now = log.clock.now()
    a_run(store, log)
    after = store.days()
    oldest, today = (now - MEMORY).date(), now.date()
    for day in {*before, *after, *(each.at.date() for each in log.happened)}:
        whole = oldest < day <= today or (day == oldest and day not in exported)
        expected = log.of_day(day) if whole else before.get(day, Counter())
        assert after.get(day, Counter()) == expected, day
    a_run(store, log)
    assert store.days() == after
