"""Whether the five lists of a forecast document, which refer to each other by id, hold together (F13)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from clari_readiness.model.exports import Violation
from clari_readiness.validation.where import path_to
from clari_readiness.validation.wording import shown

_LISTS = {
    "users": ("userId", "user"),
    "fields": ("fieldId", "field"),
    "timePeriods": ("timePeriodId", "time period"),
    "timeFrames": ("timeFrameId", "time frame"),
}


def broken_references(document: Any) -> tuple[Violation, ...]:
    """Return ids in entries that the document does not list, then ids that a list has twice.

    What the contract refuses anyway (no list, no id, an id that is no text) is passed over here.
    """
    if not isinstance(document, dict):
        return ()
    return (*_unlisted(document), *_listed_twice(document))


def _unlisted(document: dict[str, Any]) -> Iterator[Violation]:
    listed = {name: {id_ for _, id_ in _ids(document, name, key)} for name, (key, _) in _LISTS.items()}
    for position, entry in _objects(document, "entries"):
        for name, (key, noun) in _LISTS.items():
            referred = entry.get(key)
            if isinstance(referred, str) and referred not in listed[name]:
                path = path_to(("entries", position, key))
                yield Violation(path, f"expected a {noun} listed in `{name}`, got {shown(referred)}")


def _listed_twice(document: dict[str, Any]) -> Iterator[Violation]:
    for name, (key, noun) in _LISTS.items():
        first: dict[str, int] = {}
        for position, id_ in _ids(document, name, key):
            if first.setdefault(id_, position) != position:
                earlier = path_to((name, first[id_]))
                problem = f"expected a {noun} that is not listed yet, got {shown(id_)} as at {earlier}"
                yield Violation(path_to((name, position, key)), problem)


def _ids(document: dict[str, Any], name: str, key: str) -> Iterator[tuple[int, str]]:
    for position, item in _objects(document, name):
        if isinstance(item.get(key), str):
            yield position, item[key]


def _objects(document: dict[str, Any], name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    items = document.get(name)
    for position, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict):
            yield position, item
