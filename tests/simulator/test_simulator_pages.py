"""Faults of pages: however events are cut into them, what is there in the end, and what is not."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from clari_readiness.simulator import (
    EmptyPage,
    ForeignLink,
    FullLastPage,
    InsertedEvent,
    OverlappingPage,
    PageLoop,
    PageSizes,
    Watcher,
)
from clari_readiness.simulator.faults.matching import AUDIT

KEPT = (EmptyPage, FullLastPage, PageSizes)


@pytest.fixture
def pages(api, simulator):
    """Return the pages of a window as one reads them who follows every link of the simulator's own."""

    def reading(faults=(), *, limit=10, days=2, most=200):
        simulator.set_faults(faults)
        end = simulator.clock.now()
        window = {"dateFrom": (end - timedelta(days=days)).isoformat(), "dateTo": end.isoformat()}
        found = [api.get("/audit/events", params={"limit": limit, **window}).json()]
        while (link := found[-1].get("nextLink", "")).startswith(simulator.base_url()) and len(found) < most:
            found.append(api.http.get(link).json())
        return found

    return reading


def events(pages):
    return [event for page in pages for event in page["items"]]


def multiset(events):
    return Counter(map(str, events))


def sizes(pages):
    return [len(page["items"]) for page in pages]


def test_without_a_fault_pages_are_as_large_as_was_asked(pages):
    assert set(sizes(pages())[:-1]) == {10}


@pytest.mark.parametrize("fault", [PageSizes(), PageSizes(seed=3, most=3), FullLastPage(), FullLastPage(most=4)])
def test_the_events_are_the_same_however_they_are_cut(pages, fault):
    plain = events(pages())
    assert events(pages([fault])) == plain
    assert any(count > 1 for count in multiset(plain).values()), "no true duplicates to lose"


def test_pages_of_any_size_hold_from_one_to_the_most(pages):
    found = pages([PageSizes(most=4)])
    assert set(sizes(found)[:-1]) == {1, 2, 3, 4}
    assert max(sizes(pages([PageSizes(most=50)], limit=3))) <= 3
    assert sizes(pages([PageSizes(most=4)])) == sizes(found)
    assert sizes(pages([PageSizes(most=4, seed=1)])) != sizes(found)


@pytest.mark.parametrize("most", [None, 5])
def test_the_last_page_is_exactly_full_and_has_no_link(pages, most):
    plain = pages()
    assert sizes(plain)[-1] != 10, "full without a fault"
    found = pages([FullLastPage(most=most)])
    assert sizes(found)[-1] == (most or 10)
    assert "nextLink" not in found[-1]
    assert set(sizes(found)[1:]) == {most or 10}
    assert events(found) == events(plain)


@pytest.mark.parametrize("nth", [1, 2])
def test_an_empty_page_has_a_link_to_another_address_and_nothing_is_lost(pages, nth):
    plain = pages()
    found = pages([EmptyPage(AUDIT.turns(nth))])
    assert (found[nth - 1]["items"], found[nth - 1]["actors"]) == ([], [])
    assert events(found) == events(plain)
    assert len(found) == len(plain) + 1
    links = [page["nextLink"] for page in found[:-1]]
    assert len(set(links)) == len(links)


def test_even_the_last_page_can_be_empty_twice(pages):
    plain = pages()
    found = pages([EmptyPage(AUDIT.turns(len(plain), len(plain) + 1))])
    assert sizes(found)[-3:] == [0, 0, sizes(plain)[-1]]
    assert events(found) == events(plain)


def test_a_loop_leads_back_to_the_first_page_for_ever(pages):
    plain = pages()
    found = pages([PageLoop()], most=20)
    assert len(found) == 20
    assert found[2]["items"] == plain[0]["items"]
    assert len({page["nextLink"] for page in found[2:]}) == 1
    assert found[0]["items"] == plain[0]["items"]


def test_a_page_that_overlaps_repeats_one_event_and_loses_none(pages):
    plain = pages()
    found = pages([OverlappingPage()])
    assert found[1]["items"][0] == plain[0]["items"][-1]
    assert multiset(events(found)) - multiset(events(plain)) == multiset([plain[0]["items"][-1]])
    assert multiset(events(plain)) - multiset(events(found)) == Counter()
    assert max(sizes(found)) == 10


def test_overlaps_of_pages_of_one_come_to_an_end(pages):
    plain = events(pages())
    found = pages([OverlappingPage(AUDIT.onwards(2)), PageSizes(most=1)])
    assert multiset(plain) - multiset(events(found)) == Counter()


def test_an_event_that_is_inserted_moves_the_rest_and_is_there_when_the_window_is_read_again(pages, simulator):
    plain = pages()
    found = pages([InsertedEvent()])
    assert multiset(events(plain)) - multiset(events(found)) == Counter()
    assert events(found)[10] == events(found)[9]
    again = events(pages())
    late = multiset(again) - multiset(events(plain))
    assert sum(late.values()) == 1
    assert again[0]["eventTimestamp"] < simulator.clock.now().isoformat()
    assert multiset(events(found)) & late == Counter()


def test_a_foreign_link_keeps_path_and_query_and_leads_elsewhere(pages, simulator):
    plain = pages()
    with Watcher(simulator.key) as watcher:
        found = pages([ForeignLink(watcher.origin, AUDIT.turns(2))])
        assert len(found) == 2
        assert found[0] == plain[0]
        assert found[1]["items"] == plain[1]["items"]
        assert found[1]["nextLink"] == plain[1]["nextLink"].replace(simulator.base_url()[:-3], watcher.origin)
        assert watcher.sightings.all == ()


def test_a_foreign_link_is_there_also_on_the_only_page(pages):
    plain = pages(limit=1000)
    found = pages([ForeignLink("http://127.0.0.1:9")], limit=1000)
    assert len(plain) == len(found) == 1
    assert "nextLink" not in plain[0]
    assert found[0]["nextLink"].startswith("http://127.0.0.1:9/v4/audit/events?")


@pytest.mark.parametrize("fault", [*KEPT, OverlappingPage, InsertedEvent])
def test_a_page_is_another_in_its_turn_alone(pages, simulator, fault):
    before = pages()
    after = pages([fault(AUDIT.turns(2))])
    faults = [line.fault for line in simulator.journal.lines[-len(after) :]]
    assert faults == [None, fault().says, *[None] * (len(after) - 2)]
    assert after[0] == before[0]


def test_every_event_that_happened_twice_is_in_the_truth_twice(pages, simulator):
    end = simulator.clock.now()
    truth = simulator.audit_events(end - timedelta(days=2), end)
    assert multiset(truth.events) == multiset(events(pages()))
    assert max(truth.multiset().values()) > 1
    assert sum(truth.multiset().values()) == len(truth.events)
    assert truth.late == ()
    pages([InsertedEvent()])
    later = simulator.audit_events(end - timedelta(days=2), end)
    assert later.events == truth.events
    assert len(later.late) == 1
    assert multiset([*later.events, *later.late]) == multiset(events(pages()))
