"""The decorator that ties a check to an item of the checklist."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from clari_readiness.errors import ReadinessError
from clari_readiness.gate.catalogue import CATALOGUE, SUBSETS
from clari_readiness.model.findings import Item, Priority, Source

MARK = "readiness_item"
_ID = re.compile(r"[A-Z]{2,12}-\d{2,3}")
_BY_ID = {item.id: item for item in CATALOGUE}

Check = TypeVar("Check", bound=Callable[..., Any])


@dataclass(frozen=True)
class Promise:
    """What a check says about itself: the item it belongs to, and the source of evidence it looks at."""

    item: Item
    source: Source


def item(id: str, title: str, *, priority: Priority, source: Source = "settings") -> Callable[[Check], Check]:  # noqa: A002 - the checklist calls it id
    """Mark a test function as the check of one item from one source of evidence.

    An id of the catalogue must come with the catalogue's title, priority and one of its sources; any other id joins the
    catalogue as a team's own item. Raises ReadinessError for a mistake, which stops the run before anything is decided.
    """
    if not _ID.fullmatch(id):
        raise ReadinessError(f"item id {id!r} is not like AUTH-04", way_out="write capitals, a dash, two digits")
    known = _BY_ID.get(id)
    if known is None:
        promise = Promise(Item(id, title, priority, (source,)), source)
    else:
        if (title, priority) != (known.title, known.priority) or source not in known.sources:
            raise ReadinessError(
                f"check of {id} says {title!r}, {priority}, {source}",
                way_out=f"the catalogue says {known.title!r}, {known.priority}, {' or '.join(known.sources)}",
            )
        promise = Promise(known, source)
    marks = [marker for marker, scope in SUBSETS.items() if (id, source) in scope]

    def decorate(check: Check) -> Check:
        for marker in marks:
            check = getattr(pytest.mark, marker)(check)
        decorated: Check = getattr(pytest.mark, MARK)(promise)(check)
        return decorated

    return decorate


def promise_of(test: pytest.Item) -> Promise | None:
    """Return what a collected test promises, or None when it is no check."""
    mark = test.get_closest_marker(MARK)
    return mark.args[0] if mark else None
