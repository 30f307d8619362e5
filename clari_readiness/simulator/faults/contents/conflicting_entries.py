"""Entries whose key comes twice with different amounts; the time of the update tells which is the later one.

A good exporter keeps the one with the latest `updatedOn`, wherever it stands in the list, and says that there were two.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from clari_readiness.simulator.faults.contents.content import Content
from clari_readiness.simulator.faults.contents.entries import AMOUNTS, chance, drawn
from clari_readiness.simulator.plan import Document

_AN_HOUR = 3_600_000
_SINCE = 1_700_000_000_000
_LESS = Decimal("100.01")


@dataclass(frozen=True)
class ConflictingEntries(Content):
    """Tell one of so many entries also as it was an hour earlier, before it or after it in the list.

    Both have `updatedOn` (epoch ms), also where nobody asked for it: without it nothing would tell them apart.
    """

    one_of: int = 4

    says = "conflicting entries"

    def change(self, document: Document) -> Document:
        """Return the document with earlier versions of entries in it."""
        chosen = {id(entry) for entry in drawn(self.seed, document["entries"], self.one_of)}
        early: list[dict[str, Any]] = []
        entries: list[dict[str, Any]] = []
        late: list[dict[str, Any]] = []
        for entry in document["entries"]:
            latest = _dated(entry) if id(entry) in chosen else entry
            entries.append(latest)
            if latest is not entry:
                (early if chance(self.seed, entry, "where") % 2 else late).append(_earlier(latest))
        return {**document, "entries": early + entries + late}


def _dated(entry: dict[str, Any]) -> dict[str, Any]:
    # Later than any other time in it, so that every rule about times says the same.
    return {**entry, "updatedOn": max(entry.get("updatedOn", _SINCE), entry.get("adjustedOn", _SINCE))}


def _earlier(entry: dict[str, Any]) -> dict[str, Any]:
    before = entry["updatedOn"] - _AN_HOUR
    amounts = {key: entry[key] + _LESS for key in AMOUNTS if entry.get(key) is not None}
    adjusted = {"adjustedOn": min(entry["adjustedOn"], before)} if "adjustedOn" in entry else {}
    return {**entry, **amounts, **adjusted, "updatedOn": before}
