"""An event that is added to the window while its pages are read, so that all that follows moves by one.

A good exporter loses nothing of what was there when it began. The new event is on a page that it has read already, and
the last event of that page comes again; both are right as soon as it reads the window again and puts that in place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from clari_readiness.simulator.faults.matching import SECOND_PAGE, Match
from clari_readiness.simulator.faults.pages.pages import Pages
from clari_readiness.simulator.paging import Paging


@dataclass(frozen=True)
class InsertedEvent(Pages):
    """Add an event a second before the window's end, then answer; by default when the second page is asked for."""

    match: Match = SECOND_PAGE

    says = "an event inserted"

    def paged(self, paging: Paging) -> Paging:
        """Return the paging with the new event."""
        return replace(paging, inserts=True)
