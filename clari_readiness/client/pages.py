"""Pages and batches: what takes several requests, each thing asked for once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from urllib.parse import parse_qsl, unquote

from clari_readiness.client import answers, endpoints
from clari_readiness.client.answers import AuditPage
from clari_readiness.client.transport import Request, Response
from clari_readiness.errors import Unreadable


def audit_pages(send: Callable[[Request], Response], first: Request) -> Iterator[AuditPage]:
    """Yield a page of audit events and those that follow, asking for each when it is wanted (F29).

    A link to a page that was read already is `Unreadable` and is not followed; where a link may lead `send` judges.
    """
    request, seen = first, set[tuple[str, ...]]()
    while True:
        response = send(request)
        seen.add(_address(response.url))
        page = answers.audit_page(response.document, str(request))
        yield page
        if page.next_link is None:
            return
        if _address(page.next_link) in seen:
            raise Unreadable(
                f"{request}: page {len(seen)} links back to a page that was read already: stopped",
                way_out="ask for a shorter time window, and tell Clari's support",
            )
        request = endpoints.next_page(page.next_link)


def opportunity_requests(ids: Iterable[str]) -> Iterator[Request]:
    """Yield the requests that ask for each of these opportunities once, at most 100 in each (F30)."""
    wanted = iter(dict.fromkeys(ids))
    while batch := list(islice(wanted, endpoints.MOST_OPPORTUNITIES)):
        yield endpoints.opportunities(batch)


def _address(url: str) -> tuple[str, ...]:
    """Return what makes two links the same page: the path and the parameters, in whichever order."""
    path, _, query = url.partition("?")
    return unquote(path), *sorted(f"{name}={value}" for name, value in parse_qsl(query, keep_blank_values=True))
