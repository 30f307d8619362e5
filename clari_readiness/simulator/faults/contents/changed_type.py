"""A value of another type than ever: an amount that comes as text, formatted for people.

A good exporter refuses the document or reads the amount for what it is; it does not load zero, NULL or half of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from clari_readiness.simulator.faults.contents.content import Content
from clari_readiness.simulator.plan import Document


@dataclass(frozen=True)
class ChangedType(Content):
    """Tell this value of every entry as text: `"$1,250.10"`."""

    key: str = "forecastValue"

    legitimate: ClassVar[bool] = False

    @property
    def says(self) -> str:
        """Return which value has another type."""
        return f"{self.key} as text"

    def change(self, document: Document) -> Document:
        """Return the document with text in it."""
        return {**document, "entries": [self._as_text(entry) for entry in document["entries"]]}

    def _as_text(self, entry: dict[str, Any]) -> dict[str, Any]:
        value = entry.get(self.key)
        return {**entry, self.key: f"${value:,}"} if isinstance(value, int | Decimal) else entry
