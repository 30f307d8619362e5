"""Keys that nobody has heard of, as an API gets them over time.

A good exporter loads the rest as ever, and lets the new ones through or reports them; it does not fail.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from clari_readiness.simulator.faults.contents.content import Content
from clari_readiness.simulator.plan import Document

_NEW: dict[str, dict[str, Any]] = {
    "entries": {"winLikelihood": Decimal("0.73"), "explanation": {"drivers": ["pace", "history"]}},
    "users": {"timeZone": "Europe/Lisbon"},
    "fields": {"fieldGroup": None},
}


@dataclass(frozen=True)
class UnknownKey(Content):
    """Add keys to entries, users and fields, and a list to the document."""

    says = "unknown keys"

    def change(self, document: Document) -> Document:
        """Return the document with more in it."""
        more = {name: [{**each, **new} for each in document[name]] for name, new in _NEW.items() if name in document}
        return {**document, **more, "insights": []}
