"""Each group of laws finds an exporter that is wrong in the way the group is about: a law that cannot fail is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, run_state_machine_as_test

from clari_readiness.client import answers, client, endpoints
from clari_readiness.client.breaker import Breaker
from clari_readiness.client.pages import audit_pages
from clari_readiness.exporter import audit
from clari_readiness.exporter.queueing import Queue
from clari_readiness.model.calendar import FiscalYear, Quarter
from clari_readiness.simulator import ManualClock, Match, Status
from tests.exporter import test_law_pagination as of_pages
from tests.exporter import test_laws_of_audit_events as of_audit_events
from tests.exporter import test_laws_of_opportunities as of_opportunities
from tests.exporter.resilience import KeptOpen
from tests.exporter.test_law_resilience import NOW, Resilience, lost_posts
from tests.laws import AS_FOUND, Tally, as_found
from tests.model import test_laws_of_calendars as of_calendars

OF_AUDIT_EVENTS = (
    of_audit_events.test_law_replacing_whole_days_keeps_the_multiset_and_never_loses_what_clari_has_forgotten
)

STEPS = settings(AS_FOUND, stateful_step_count=8)


class Lossy(Resilience):
    """The answer to some POST is lost in each run, to be quick; the rest is left to the machine."""

    @initialize(fault=lost_posts)
    def begin(self, fault: Any) -> None:
        self.faults.append(fault)


class Down(Resilience):
    """Clari is down from the start, until the machine says otherwise."""

    @initialize(status=st.sampled_from([500, 503]))
    def begin(self, status: int) -> None:
        self.faults.append(Status(Match("*"), status))


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[[type[Resilience]], None]]:
    warehouse = KeptOpen(tmp_path, ManualClock(NOW))
    given = {"directory": tmp_path, "warehouse": warehouse, "tally": Tally("resilience", 0)}
    yield lambda kind: run_state_machine_as_test(type(kind.__name__, (kind,), given), settings=STEPS)
    warehouse.end()


def test_an_exporter_that_always_posts_again_is_found(
    run: Callable[[type[Resilience]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Queue, "_unknown_since", lambda _self, _entry: iter(()))
    with pytest.raises(AssertionError, match="Counter"):
        run(Lossy)


def test_a_client_that_goes_on_sending_through_an_outage_is_found(
    run: Callable[[type[Resilience]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Breaker, "send", lambda self, request, deadline: self._inner.send(request, deadline))
    with pytest.raises(AssertionError, match="the breaker is open"):
        run(Down)


def test_a_client_that_reads_the_first_page_alone_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def first_page(send: Callable[[Any], Any], request: Any) -> Iterator[Any]:
        yield answers.audit_page(send(request).document)

    monkeypatch.setattr(client, "audit_pages", first_page)
    with pytest.raises(AssertionError):
        as_found(of_pages.test_law_the_multiset_of_events_is_the_same_for_every_division_into_pages)()
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        as_found(of_pages.test_law_a_loop_ends_with_an_error_and_not_one_request_more)()


def test_a_client_that_takes_equal_events_for_one_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def distinct(send: Callable[[Any], Any], request: Any) -> Iterator[Any]:
        for page in audit_pages(send, request):
            yield answers.AuditPage(list({str(item): item for item in page.items}.values()), page.actors)

    monkeypatch.setattr(client, "audit_pages", distinct)
    with pytest.raises(AssertionError):
        as_found(of_pages.test_law_two_page_sizes_give_the_same_multiset)()


class Adding(of_audit_events.Store):
    """Adds a day's events to those that are there."""

    def _run(self, name: str, **params: Any) -> None:
        if name != "forget_audit_day":
            super()._run(name, **params)


class Distinct(of_audit_events.Store):
    """Keeps equal events once."""

    def replace_audit_day(self, day: date, events: Any, actors: Any, *, exported_at: datetime) -> int:
        once = list({str(event): event for event in events}.values())
        return super().replace_audit_day(day, once, actors, exported_at=exported_at)


@pytest.mark.parametrize("store", [Adding, Distinct])
def test_a_day_that_is_not_replaced_as_it_is_is_found(store: type[of_audit_events.Store]) -> None:
    with store() as opened, pytest.raises(AssertionError):
        as_found(OF_AUDIT_EVENTS)(opened)


def test_a_day_that_is_replaced_when_clari_has_forgotten_half_of_it_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def every_day(_exported: Mapping[date, datetime], now: datetime, **_: Any) -> list[date]:
        return [(now - timedelta(days=back)).date() for back in range(30, -1, -1)]

    monkeypatch.setattr(audit, "days_due", every_day)
    with of_audit_events.Store() as store, pytest.raises(AssertionError):
        as_found(OF_AUDIT_EVENTS)(store)


@pytest.mark.parametrize("most", [99, 101])
def test_batches_that_are_too_large_or_too_small_are_found(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(endpoints, "MOST_OPPORTUNITIES", most)
    with pytest.raises(AssertionError):
        as_found(of_opportunities.test_law_each_id_is_asked_for_once_at_most_a_hundred_a_request)()


def test_an_id_that_is_asked_for_twice_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def each_time(ids: Iterable[str]) -> Iterator[Any]:
        every = list(ids)
        return (endpoints.opportunities(every[start : start + 100]) for start in range(0, len(every), 100))

    monkeypatch.setattr(client, "opportunity_requests", each_time)
    with pytest.raises(AssertionError):
        as_found(of_opportunities.test_law_each_id_is_asked_for_once_at_most_a_hundred_a_request)()


def test_an_opportunity_that_stays_as_first_seen_is_found() -> None:
    class First(of_opportunities.Store):
        def keep_opportunities(self, opportunities: Any, *, exported_at: datetime) -> int:
            new = [each for each in opportunities if each["id"] not in self.kept()]
            return super().keep_opportunities(new, exported_at=exported_at) + len(opportunities) - len(new)

    law = of_opportunities.test_law_opportunities_are_as_last_seen_and_those_that_were_not_asked_for_stay
    with First() as store, pytest.raises(AssertionError):
        as_found(law)(store)


def test_a_year_that_is_named_by_one_rule_alone_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FiscalYear, "_named_later", 1)
    with pytest.raises(AssertionError):
        as_found(of_calendars.test_law_a_year_is_named_after_the_calendar_year_that_it_starts_or_ends_in)()


def test_a_step_that_forgets_the_turn_of_the_year_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Quarter, "minus", lambda self, back: Quarter(self.year, (self.number - 1 - back) % 4 + 1))
    with pytest.raises(AssertionError):
        as_found(of_calendars.test_law_the_fourth_quarter_and_the_first_meet_at_the_turn_of_a_year)()
    with pytest.raises(AssertionError):
        as_found(of_calendars.test_law_a_quarter_back_is_three_months_back)()
