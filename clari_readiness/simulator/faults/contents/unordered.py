"""Weeks, entries and people in no order at all (F15).

A good exporter relies on no order: it finds the latest week by its date, and people by their ids.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from clari_readiness.simulator import exact
from clari_readiness.simulator.faults.contents.content import Content
from clari_readiness.simulator.organisation.chance import number_for
from clari_readiness.simulator.plan import Document


@dataclass(frozen=True)
class Unordered(Content):
    """Mix each of the five lists."""

    says = "unordered"

    def change(self, document: Document) -> Document:
        """Return the document with its lists mixed."""
        return {name: self._mixed(value) if isinstance(value, list) else value for name, value in document.items()}

    def _mixed(self, items: list[Any]) -> list[Any]:
        return sorted(items, key=lambda item: number_for(self.seed, exact.written(item)))
