"""The laws of pagination (F29): whatever the pages are, the events are the same; what leads astray is not followed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clari_readiness.client.client import ClariClient
from clari_readiness.client.transport import Deadline, Request, Response
from clari_readiness.client.wire.origin import Origin
from clari_readiness.errors import ForeignOrigin, Unreadable
from clari_readiness.model.time import SteppedClock

BASE = "https://api.example.com/v4"
FOREIGN = (
    "https://evil.example.com/v4/audit/events?page=1",
    "http://api.example.com/v4/audit/events?page=1",
    "https://api.example.com:8443/v4/audit/events?page=1",
    "https://api.example.com@evil.example.com/v4/audit/events?page=1",
    "https://api.example.com/v4/../admin?page=1",
    "https://api.example.com/elsewhere?page=1",
)

# Few different ones, so that true duplicates are common.
an_event = st.integers(0, 4).map(lambda number: {"event": f"event-{number}"})
events = st.lists(an_event, max_size=40)


@dataclass
class Pages:
    """A transport that serves pages, and resolves links as the wire does; it remembers what it was asked for."""

    pages: list[list[dict[str, Any]]]
    links: dict[int, str] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)

    def send(self, request: Request, deadline: Deadline) -> Response:  # noqa: ARG002 - it never waits
        url = Origin(BASE).resolve(request.path_or_url).copy_merge_params(request.params)
        page = int(url.params.get("page", 0))
        self.asked.append(page)
        following = f"{BASE}/audit/events?page={page + 1}" if page + 1 < len(self.pages) else None
        link = self.links.get(page, following)
        document = {"items": self.pages[page], "actors": []} | ({"nextLink": link} if link else {})
        return Response(200, {}, b"", 0.0, str(url), document)

    def close(self) -> None: ...

    def read(self) -> list[Any]:
        """Return every event that a client gets."""
        client = ClariClient(self, clock=SteppedClock(datetime(2026, 11, 21, tzinfo=UTC)))
        return [item for page in client.audit_events() for item in page.items]


def paged(*, at_least: int = 1) -> st.SearchStrategy[list[list[dict[str, Any]]]]:
    """Events in pages of any sizes, empty ones in between."""
    return st.lists(st.lists(an_event, max_size=6), min_size=at_least, max_size=8)


def counted(items: list[Any]) -> Counter[str]:
    return Counter(item["event"] for item in items)


@given(paged())
def test_law_the_multiset_of_events_is_the_same_for_every_division_into_pages(pages: list[Any]) -> None:
    served = Pages(pages)
    assert counted(served.read()) == counted([event for page in pages for event in page])
    assert served.asked == list(range(len(pages)))


@given(events, st.integers(1, 50), st.integers(1, 50))
def test_law_two_page_sizes_give_the_same_multiset(every: list[Any], one: int, other: int) -> None:
    def of_size(size: int) -> list[Any]:
        return [every[start : start + size] for start in range(0, len(every), size)] or [[]]

    assert counted(Pages(of_size(one)).read()) == counted(Pages(of_size(other)).read()) == counted(every)


@given(paged(at_least=3), st.data())
def test_law_a_loop_ends_with_an_error_and_not_one_request_more(pages: list[Any], data: st.DataObject) -> None:
    last = data.draw(st.integers(1, len(pages) - 1))
    back = data.draw(st.integers(1, last))
    served = Pages(pages, {last: f"{BASE}/audit/events?page={back}"})
    with pytest.raises(Unreadable, match="read already"):
        served.read()
    assert served.asked == list(range(last + 1))


@given(paged(at_least=2), st.sampled_from(FOREIGN), st.data())
def test_law_a_foreign_link_ends_with_an_error_and_not_one_request_more(
    pages: list[Any], link: str, data: st.DataObject
) -> None:
    last = data.draw(st.integers(0, len(pages) - 1))
    served = Pages(pages, {last: link})
    with pytest.raises(ForeignOrigin):
        served.read()
    assert served.asked == list(range(last + 1))
