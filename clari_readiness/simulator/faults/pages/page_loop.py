"""Pages that lead back to the first one.

A good exporter notices that it was there, asks for nothing more, replaces nothing with what it has and fails loudly.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from clari_readiness.simulator.faults.matching import LATER_PAGES, Match
from clari_readiness.simulator.faults.pages.pages import Pages
from clari_readiness.simulator.paging import Paging


@dataclass(frozen=True)
class PageLoop(Pages):
    """Let pages link back to the first, by default each from the second on, also where they would be the last."""

    match: Match = LATER_PAGES

    says = "linked back to the first page"

    def paged(self, paging: Paging) -> Paging:
        """Return the paging with the link back."""
        return replace(paging, links_back=True)
