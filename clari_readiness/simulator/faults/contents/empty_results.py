"""Results without entries, of a job that is DONE: no error anywhere (F20).

A good exporter takes nothing for an error: it fails loudly, and what the warehouse had stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from clari_readiness.simulator.faults.contents.content import Content
from clari_readiness.simulator.plan import Document


@dataclass(frozen=True)
class EmptyResults(Content):
    """Answer `{"entries": []}`."""

    says = "empty results"
    legitimate: ClassVar[bool] = False

    def change(self, document: Document) -> Document:  # noqa: ARG002 - nothing of it is left
        """Return a document without anything."""
        return {"entries": []}
