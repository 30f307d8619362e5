"""Names with everything in them that somebody might take for more than a name.

A good exporter takes them as they are: they arrive in the warehouse letter by letter, and nothing in them is run,
rendered or escaped on the way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from clari_readiness.simulator.faults.contents.content import Content
from clari_readiness.simulator.plan import Document

Kind = Literal["formula", "html", "quotes", "sql", "emoji", "right_to_left"]

KINDS: Mapping[Kind, str] = MappingProxyType(
    {
        "formula": '=HYPERLINK("http://127.0.0.1:9/","open")',
        "html": "<img src=x onerror=alert(1)> &amp; <b>bold</b>",
        "quotes": "O'Brien \"Bob\" `tick` back\\slash \\' $$ %s {0}",
        "sql": "Robert'); DROP TABLE users; --",
        "emoji": "Zoë 👩🏽\u200d💻 🇿🇦 e\u0301",
        "right_to_left": "\u202eעמר حدّاد\u202c",
    }
)
"""Kinds of text, a formula first: only at the beginning is it one."""

_NAMES = ("name", "hierarchyName", "parentHierarchyName")


@dataclass(frozen=True)
class OddNames(Content):
    """Put text of these kinds before the names of people, of their roles and of fields."""

    kinds: tuple[Kind, ...] = tuple(KINDS)

    @property
    def says(self) -> str:
        """Return the kinds."""
        return f"odd names: {', '.join(self.kinds)}"

    def change(self, document: Document) -> Document:
        """Return the document with the names changed; people keep their ids and e-mails."""
        lists = {"users": _NAMES, "fields": ("fieldName",)}
        odd = {name: [self._odd(each, keys) for each in document.get(name, [])] for name, keys in lists.items()}
        return {**document, **{name: odd[name] for name in lists if name in document}}

    def _odd(self, named: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
        prefix = " ".join(KINDS[kind] for kind in self.kinds)
        return {**named, **{key: f"{prefix} {named[key]}" for key in keys if named.get(key) is not None}}
