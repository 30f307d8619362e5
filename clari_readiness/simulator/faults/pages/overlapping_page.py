"""A page that begins with the event that the page before ended with.

A good exporter loses nothing. It cannot tell the repeated event from one that happened twice, so it may hold it once
too often, until it reads the window again and puts that in place of all it had.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from clari_readiness.simulator.faults.matching import SECOND_PAGE, Match
from clari_readiness.simulator.faults.pages.pages import Pages
from clari_readiness.simulator.paging import Paging


@dataclass(frozen=True)
class OverlappingPage(Pages):
    """Let pages begin one event too early, by default the second one."""

    match: Match = SECOND_PAGE

    says = "page overlaps"

    def paged(self, paging: Paging) -> Paging:
        """Return the paging with the overlap."""
        return replace(paging, overlaps=True)
