"""How a trial says where its warehouse is, and what a server refuses of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from clari_readiness.errors import ReadinessError, WarehouseError
from clari_readiness.redact import without_credentials


def shown_url(url: str, database: str) -> str:
    """Return a URL as it may be shown, with words in capitals for user and password, and with another database."""
    server, _, query = without_credentials(url).partition("?")
    scheme, _, where = server.partition("://")
    return f"{scheme}://USER:PASSWORD@{where.partition('/')[0]}/{database}" + (f"?{query}" if query else "")


@contextmanager
def in_words_of_the_trial(kind: type[ReadinessError]) -> Iterator[None]:
    """Have what the engine says of `warehouse.url` be said of the trial's, as an error of this kind."""
    try:
        yield
    except WarehouseError as error:
        way_out = error.way_out.replace("`warehouse.url`", "the URL of the trial's warehouse")
        raise kind(error.message, way_out=way_out) from None
