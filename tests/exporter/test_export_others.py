"""Audit events and opportunities: from the simulator, over a socket, into tables of their own."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from clari_readiness.client import ClariClient, connect
from clari_readiness.environments import load
from clari_readiness.errors import ClariError, DocumentRefused, SettingsError, WarehouseError
from clari_readiness.exporter import export_audit_events, export_opportunities, opportunity_ids
from clari_readiness.exporter.audit import days_due
from clari_readiness.exporter.opportunities import ids_in
from clari_readiness.simulator import ManualClock, Match, Organisation, Reset, Simulator
from clari_readiness.simulator.organisation.audit import events as events_of
from clari_readiness.warehouse.events import EventStore
from tests.exporter.conftest import CONTRACTS

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(Organisation(people=3, managers=1), clock=ManualClock(NOW)) as running:
        yield running


@pytest.fixture
def client(simulator: Simulator) -> Iterator[ClariClient]:
    chance = random.Random(7)
    with connect(base_url=simulator.base_url(), key=simulator.key, clock=simulator.clock, random=chance) as connected:
        yield connected


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EventStore]:
    with EventStore(tmp_path / "warehouse.duckdb") as opened:
        yield opened


def kept(store: EventStore) -> Counter[str]:
    return Counter(
        text for (text,) in store._connection.execute("SELECT CAST(document AS VARCHAR) FROM audit_events").fetchall()
    )


def known(simulator: Simulator) -> int:
    now = simulator.clock.now()
    return len(events_of(simulator.organisation, now - timedelta(days=30), now, {}))


def export(simulator: Simulator, client: ClariClient, store: EventStore, page: int = 1000) -> list[Any]:
    return list(export_audit_events(client, store, CONTRACTS, simulator.clock, page=page))


def test_every_event_is_there_as_often_as_it_happened(
    simulator: Simulator, client: ClariClient, store: EventStore
) -> None:
    days = export(simulator, client, store)
    found = kept(store)
    assert sum(day.events for day in days) == sum(found.values()) == known(simulator)
    assert max(found.values()) > 1
    assert len(days) == 31
    actors = store._connection.execute("SELECT email FROM audit_actors WHERE actor_id = '4711'").fetchall()
    assert actors == [("clari-export@example.com",)]


@pytest.mark.parametrize("page", [1, 5, 7])
def test_any_size_of_page_keeps_the_same_events(
    simulator: Simulator, client: ClariClient, store: EventStore, tmp_path: Path, page: int
) -> None:
    export(simulator, client, store)
    with EventStore(tmp_path / "other.duckdb") as other:
        days = export(simulator, client, other, page)
        assert kept(other) == kept(store)
    assert sum(day.pages for day in days) > 31


def test_again_at_the_same_moment_changes_nothing_and_asks_for_what_is_not_over_alone(
    simulator: Simulator, client: ClariClient, store: EventStore
) -> None:
    export(simulator, client, store)
    before = kept(store)
    assert [day.day for day in export(simulator, client, store)] == [TODAY]
    assert kept(store) == before


def test_the_next_day_adds_what_happened_since_and_loses_nothing(
    simulator: Simulator, client: ClariClient, store: EventStore
) -> None:
    export(simulator, client, store)
    before = kept(store)
    simulator.clock.sleep(86_400)
    assert [day.day for day in export(simulator, client, store)] == [TODAY, TODAY + timedelta(days=1)]
    assert not before - kept(store)
    assert sum(kept(store).values()) > sum(before.values())


def test_a_day_whose_pages_break_off_stays_as_it_was(
    simulator: Simulator, client: ClariClient, store: EventStore
) -> None:
    export(simulator, client, store)
    before = kept(store)
    simulator.clock.sleep(12 * 3600)
    simulator.set_faults([Reset(Match("GET", r"/v4/audit/events", since=2))])
    with pytest.raises(ClariError):
        export(simulator, client, store, page=3)
    assert kept(store) == before


def test_what_has_partly_gone_is_not_replaced() -> None:
    oldest = TODAY - timedelta(days=30)
    exported = {oldest: NOW - timedelta(days=30)}
    assert oldest not in days_due(exported, NOW)
    assert days_due({}, NOW)[0] == oldest
    assert len(days_due({}, NOW)) == 31


@pytest.mark.usefixtures("far_from_greenwich")
def test_a_day_is_one_in_utc_wherever_the_machine_is() -> None:
    due = days_due({}, datetime(2026, 11, 21, 23, 30, tzinfo=UTC))
    assert (due[0], due[-1]) == (date(2026, 10, 22), date(2026, 11, 21))


@pytest.mark.parametrize(("after_midnight", "due"), [(timedelta(minutes=59), True), (timedelta(hours=1), False)])
def test_a_day_is_asked_for_until_an_hour_after_its_end(after_midnight: timedelta, *, due: bool) -> None:
    yesterday = TODAY - timedelta(days=1)
    exported = {yesterday: datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC) + after_midnight}
    assert (yesterday in days_due(exported, NOW)) is due


class Given:
    """A client that answers with what it was given."""

    def __init__(self, *items: dict[str, Any]) -> None:
        self.items, self.actors = items, ()

    def audit_events(self, **_: Any) -> Iterator[Any]:
        yield self

    def opportunities(self, ids: Any) -> Iterator[Any]:  # noqa: ARG002 - it knows what it has
        yield from self.items


def an_event(**more: Any) -> dict[str, Any]:
    who = {"actorId": "1", "sessionId": "s", "sessionType": "WEB", "ipAddress": "192.0.2.1", "actorType": "USER"}
    return {**who, "event": "user.login", **more}


def test_an_event_of_the_next_midnight_is_of_the_next_day_alone(store: EventStore) -> None:
    midnight = an_event(eventTimestamp="2026-11-21T00:00:00Z")
    list(export_audit_events(Given(midnight), store, CONTRACTS, ManualClock(NOW)))
    assert store._connection.execute("SELECT day FROM audit_events").fetchall() == [(TODAY,)]


def test_no_day_before_the_window_is_asked_for(store: EventStore) -> None:
    clock, yesterday = ManualClock(NOW), TODAY - timedelta(days=1)
    days = list(export_audit_events(Given(an_event()), store, CONTRACTS, clock, since=yesterday))
    assert [(day.day, day.pages) for day in days] == [(yesterday, 1), (TODAY, 1)]
    assert sorted(store.audit_days()) == [yesterday, TODAY]


def test_a_day_of_which_no_page_came_has_none(store: EventStore) -> None:
    silent = SimpleNamespace(audit_events=lambda **_: iter(()))
    days = list(export_audit_events(silent, store, CONTRACTS, ManualClock(NOW), since=TODAY))
    assert [(day.day, day.events, day.pages) for day in days] == [(TODAY, 0, 0)]


@pytest.mark.parametrize("told", ["2026-11-21T01:30:00+02:00", "2026-11-20T23:30:00Z"])
def test_an_event_is_of_the_day_that_it_is_in_utc_whatever_zone_it_tells(store: EventStore, told: str) -> None:
    list(export_audit_events(Given(an_event(eventTimestamp=told)), store, CONTRACTS, ManualClock(NOW)))
    assert store._connection.execute("SELECT day FROM audit_events").fetchall() == [(date(2026, 11, 20),)]


def test_the_actors_of_every_page_are_kept(store: EventStore) -> None:
    pages = [
        SimpleNamespace(items=[], actors=[{"actorId": id_, "actorType": "USER", "name": id_, "email": "a@example.com"}])
        for id_ in "ab"
    ]
    several = SimpleNamespace(audit_events=lambda **_: iter(pages))
    list(export_audit_events(several, store, CONTRACTS, ManualClock(NOW), since=TODAY))
    assert store._connection.execute("SELECT actor_id FROM audit_actors ORDER BY 1").fetchall() == [("a",), ("b",)]


def test_an_event_without_a_time_is_of_the_day_that_it_came_with(store: EventStore) -> None:
    list(export_audit_events(Given(an_event()), store, CONTRACTS, ManualClock(NOW)))
    assert len(store._connection.execute("SELECT DISTINCT day FROM audit_events").fetchall()) == 31


def test_an_event_that_breaks_the_contract_replaces_nothing(store: EventStore) -> None:
    store.replace_audit_day(TODAY - timedelta(days=30), [an_event()], [], exported_at=NOW - timedelta(days=30))
    with pytest.raises(DocumentRefused, match=r"^audit events, page 1: \$\.items\[0\]") as refused:
        list(export_audit_events(Given({"event": 7}), store, CONTRACTS, ManualClock(NOW)))
    assert refused.value.violations[0] in str(refused.value)
    assert str(refused.value).endswith(
        "; nothing of this day was replaced; compare the answer with what Clari documents"
    )
    assert sum(kept(store).values()) == 1


def test_opportunities_come_in_batches_of_a_hundred(
    simulator: Simulator, client: ClariClient, store: EventStore
) -> None:
    ids = simulator.opportunity_ids
    done = export_opportunities([*ids, "006nobody", ids[0]], client, store, CONTRACTS, simulator.clock)
    assert (done.kept, done.unknown) == (250, ("006nobody",))
    assert len(simulator.journal.matching("GET", "/opportunity")) == 3
    rows = store._connection.execute("SELECT count(*), count(score), count(fields) FROM opportunities").fetchall()
    assert rows == [(250, 250, 250)]


def test_opportunities_again_are_as_last_seen_and_others_stay(
    simulator: Simulator, client: ClariClient, store: EventStore
) -> None:
    ids = simulator.opportunity_ids
    export_opportunities(ids[:3], client, store, CONTRACTS, simulator.clock)
    simulator.clock.sleep(86_400)
    export_opportunities(ids[:2], client, store, CONTRACTS, simulator.clock)
    days = store._connection.execute(
        "SELECT CAST(exported_at AS DATE), count(*) FROM opportunities GROUP BY 1 ORDER BY 1"
    )
    assert days.fetchall() == [(date(2026, 11, 21), 1), (date(2026, 11, 22), 2)]


def test_opportunities_that_break_the_contract_are_not_kept(store: EventStore) -> None:
    with pytest.raises(DocumentRefused, match=r"^opportunities: \$\[1\]\.id") as refused:
        export_opportunities(["1"], Given({"id": "1"}, {"id": 7}), store, CONTRACTS, ManualClock(NOW))
    assert refused.value.violations[0] in str(refused.value)
    assert str(refused.value).endswith("; none of them were kept; compare the answer with what Clari documents")
    assert store._connection.execute("SELECT count(*) FROM opportunities").fetchall() == [(0,)]


SETTINGS = """
[default]
forecasts = ["net"]
fiscal_year = {{ starts = "02", named_after = "end" }}
[env.prod]
api = {{ base_url = "https://api.clari.com/v4", key = "env://KEY" }}
warehouse = {{ url = "duckdb:///w.duckdb" }}
opportunities = ["a", "b"]
{more}
"""


@pytest.mark.parametrize(
    ("more", "ids"),
    [
        ("", ("a", "b")),
        ('opportunities_from = { file = "ids.txt" }', ("a", "b", "c")),
        ("opportunities_from = { query = \"SELECT unnest(['b', 'd', NULL])\" }", ("a", "b", "d")),
    ],
)
def test_the_ids_come_from_a_list_a_file_or_a_query(
    tmp_path: Path, store: EventStore, more: str, ids: tuple[str, ...]
) -> None:
    (tmp_path / "ids.txt").write_text("# ours\n  # and these\na\n\n  c\n")
    file = tmp_path / "clari-readiness.toml"
    file.write_text(SETTINGS.format(more=more))
    assert opportunity_ids(load(file, environ={}).get("prod"), store) == ids


def test_ids_that_cannot_be_had_are_one_clear_error(tmp_path: Path, store: EventStore) -> None:
    with pytest.raises(
        SettingsError, match=r"nowhere\.txt: the ids of opportunities cannot be read: No such file or directory; mend"
    ):
        ids_in(tmp_path / "nowhere.txt")
    with pytest.raises(WarehouseError, match="the query for the ids of opportunities does not run"):
        store.ids("SELECT nonsense")
