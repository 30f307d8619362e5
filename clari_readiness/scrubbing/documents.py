"""A document as its contract's shape allows it: no value is kept that is not allowed, no key that is not known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from clari_readiness.scrubbing.pseudonyms import Pseudonyms
from clari_readiness.scrubbing.shapes import Fate, Shape

_DENIED = Fate("text")
_NOTHING = Shape()


class Document:
    """Scrubs one document. `left_out` counts what was not kept of it, by path: `$.entries[].newKey`.

    `url` rewrites addresses. Types stay what they are (a text where a number belongs is still a text), and so does
    emptiness: what breaks the contract breaks it afterwards too.
    """

    def __init__(self, pseudonyms: Pseudonyms, *, url: Callable[[str], str], left_out: Counter[str]) -> None:
        self._pseudonyms = pseudonyms
        self._left_out = left_out
        self._texts: Mapping[str, Callable[[str], str]] = {
            "id": pseudonyms.id,
            "name": pseudonyms.name,
            "email": pseudonyms.email,
            "ip": pseudonyms.ip,
            "url": url,
        }

    def scrubbed(self, value: Any, shape: Shape, at: str = "$") -> Any:
        """Return what is kept of a value."""
        if isinstance(value, dict):
            return self._object(value, shape, at)
        if isinstance(value, list):
            items = shape.items or Shape(shape.fate)
            return [self.scrubbed(item, items, f"{at}[]") for item in value]
        return self._scalar(value, shape.fate or _DENIED)

    def _object(self, value: dict[str, Any], shape: Shape, at: str) -> dict[str, Any]:
        kept = {}
        for key, inner in value.items():
            if key in shape.properties:
                kept[key] = self.scrubbed(inner, shape.properties[key], f"{at}.{key}")
            else:
                self._left_out[f"{at}.{key}"] += 1
        return kept

    def _scalar(self, value: Any, fate: Fate) -> Any:
        if value is None:
            return None
        if isinstance(value, str):
            return self._text(value, fate)
        if fate.kept is not None:
            return value if not isinstance(value, bool) and fate.kept.fullmatch(str(value)) else _blank(value)
        if fate.kind == "plain":
            return value
        if isinstance(value, bool):
            return False
        return self._number(value, fate)

    def _text(self, value: str, fate: Fate) -> str:
        if fate.kept is not None and fate.kept.fullmatch(value):
            return value
        return self._texts.get(fate.kind, self._pseudonyms.text)(value)

    def _number(self, value: int | Decimal, fate: Fate) -> int | Decimal:
        if fate.kind == "amount":
            return self._pseudonyms.amount(value)
        if fate.kind == "id" and _is_whole(value):
            return self._pseudonyms.number(int(value))
        return _blank(value)


def with_amounts(shape: Shape, keys: frozenset[str]) -> Shape:
    """Return the shape of a forecast (F13) whose entries hold amounts under keys of the tenant's own besides."""
    entries = shape.properties["entries"]
    entry = entries.items or _NOTHING
    own = {key: Shape(Fate("amount")) for key in keys} | dict(entry.properties)
    widened = Shape(entries.fate, entries.properties, Shape(entry.fate, own, entry.items))
    return Shape(shape.fate, {**shape.properties, "entries": widened}, shape.items)


def _blank(value: int | Decimal) -> int | Decimal:
    """Return a value of the same type and sign that says nothing."""
    if isinstance(value, bool):
        return False
    nothing = 0 if _is_whole(value) else Decimal("0.5")
    return nothing if value >= 0 else -1 - nothing


def _is_whole(value: int | Decimal) -> bool:
    """Tell whether JSON Schema takes a number for an integer, as it does 4711.0 and 1e30: what it judges is a float."""
    return isinstance(value, int) or float(value).is_integer()
