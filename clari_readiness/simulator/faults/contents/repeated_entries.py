"""Entries that come twice, the same each time.

A good exporter keeps one of each: identical duplicates collapse.
"""

from __future__ import annotations

from dataclasses import dataclass

from clari_readiness.simulator.faults.contents.content import Content
from clari_readiness.simulator.faults.contents.entries import drawn
from clari_readiness.simulator.plan import Document


@dataclass(frozen=True)
class RepeatedEntries(Content):
    """Tell one of so many entries again at the end of the list."""

    one_of: int = 4

    says = "repeated entries"

    def change(self, document: Document) -> Document:
        """Return the document with entries repeated."""
        return {**document, "entries": document["entries"] + drawn(self.seed, document["entries"], self.one_of)}
