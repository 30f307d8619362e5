"""Pages of audit events: followed within the origin, once each."""

import pytest

from clari_readiness.client.wire.origin import Origin
from clari_readiness.errors import ForeignOrigin, Unreadable


def page(link=None, *items):
    return {"items": list(items), "actors": []} | ({} if link is None else {"nextLink": link})


def test_pages_are_followed_to_the_last_empty_ones_in_between_included(server, act, client) -> None:
    link = f"{server.base_url}/audit/events?limit=2&cursor="
    server.will(
        act.answer(page(f"{link}a", {"event": 1}, {"event": 1})),
        act.answer(page(f"{link}b")),
        act.answer(page(None, {"event": 2})),
    )
    pages = list(client.audit_events(limit=2))
    assert [len(one.items) for one in pages] == [2, 0, 1]
    assert server.targets == [f"/v4/audit/events?limit=2{rest}" for rest in ("", "&cursor=a", "&cursor=b")]


def test_a_page_is_asked_for_when_it_is_wanted(server, act, client) -> None:
    server.will(act.answer(page(f"{server.base_url}/audit/events?cursor=a")), act.answer(page()))
    pages = client.audit_events()
    assert server.seen == []
    next(pages)
    assert len(server.seen) == 1


@pytest.mark.parametrize("links", [["?limit=5&cursor=a", "?cursor=a&limit=5"], ["?limit=5"], ["?cursor=a", "?limit=5"]])
def test_a_loop_ends_with_an_error_and_not_one_request_more(server, act, client, links) -> None:
    server.will(*(act.answer(page(f"{server.base_url}/audit/events{link}")) for link in links))
    pages = client.audit_events(limit=5)
    with pytest.raises(Unreadable, match=f"page {len(links)} links back to a page that was read already") as caught:
        list(pages)
    assert caught.value.way_out == "ask for a shorter time window, and tell Clari's support"
    assert len(server.seen) == len(links)


def test_a_loop_is_known_in_whichever_order_its_parameters_come_and_whatever_stands_in_them(
    server, act, client
) -> None:
    links = ["?cursor=a&q=1?2", "?q=1?2&cursor=a"]
    server.will(*(act.answer(page(f"{server.base_url}/audit/events{link}")) for link in links))
    with pytest.raises(Unreadable, match="page 2 links back"):
        list(client.audit_events())
    assert len(server.seen) == 2


def test_a_parameter_without_a_value_makes_another_page(server, act, client) -> None:
    links = ["?cursor=a", "?cursor=a&last="]
    server.will(
        *(act.answer(page(f"{server.base_url}/audit/events{link}", {"event": 1})) for link in links),
        act.answer(page(None, {"event": 2})),
    )
    assert [len(one.items) for one in client.audit_events()] == [1, 1, 1]


def test_a_page_that_is_none_is_named(server, act, client) -> None:
    server.will(act.answer(page(f"{server.base_url}/audit/events?cursor=a")), act.answer({"items": 5}))
    with pytest.raises(Unreadable, match=rf"^GET {server.base_url}/audit/events: \$\.items: expected a list"):
        list(client.audit_events())


def foreign_links(server, other):
    port = other.port
    return [
        f"http://127.0.0.1:{port}/v4/audit/events",
        f"http://localhost:{server.port}/v4/audit/events",
        f"https://127.0.0.1:{server.port}/v4/audit/events",
        f"http://127.0.0.1:{server.port}@127.0.0.1:{port}/v4/audit/events",
        f"http://user@127.0.0.1:{server.port}/v4/audit/events",
        f"http://127.0.0.1:{server.port}.example.com/v4/audit/events",
        f"{server.origin}/v2/ingest/entity/a",
        f"{server.origin}/v4evil/audit/events",
        f"{server.base_url}/../v2/ingest",
        f"{server.base_url}/%2e%2e/v2/ingest",
        f"{server.base_url}/%252e%252e/v2/ingest",
        f"{server.base_url}/..\\v2",
        f"{server.base_url}/..%5cv2",
        "http://127.0.0.1:0/v4/audit/events",
        "https://xn--a/v4",
        "http://[::1/v4",
        "ftp://127.0.0.1/v4",
        "file:///v4/audit/events",
        "://",
    ]


@pytest.mark.parametrize("which", range(19))
def test_a_link_that_leaves_the_base_url_is_not_followed_and_no_key_is_sent(
    server, other_server, act, client, key, which
) -> None:
    link = foreign_links(server, other_server)[which]
    server.will(act.answer(page(link)))
    with pytest.raises(ForeignOrigin, match="not followed, no key was sent") as caught:
        list(client.audit_events())
    assert key not in str(caught.value)
    assert len(server.seen) == 1
    assert other_server.seen == []


def test_the_case_of_the_host_and_the_default_port_make_no_foreigner() -> None:
    origin = Origin("https://API.clari.com/v4/")
    assert str(origin.resolve("https://api.CLARI.com:443/v4/audit/events?a=b")).endswith("/v4/audit/events?a=b")
    with pytest.raises(ForeignOrigin):
        origin.resolve("https://api.clari.com:0/v4/audit/events")
    with pytest.raises(ForeignOrigin, match=r"https://api\.clari\.com:8443"):
        origin.resolve("https://api.clari.com:8443/v4/audit/events")
