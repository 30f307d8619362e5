"""Pages of every size from 1 to the limit.

A good exporter goes on as long as there is a `nextLink`: a page that is not full is no sign of the end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from clari_readiness.simulator.faults.pages.pages import Pages
from clari_readiness.simulator.organisation.chance import number_for
from clari_readiness.simulator.paging import Paging


@dataclass(frozen=True)
class PageSizes(Pages):
    """Let each page hold any number of events from 1 to the limit, and to `most`; the seed decides."""

    most: int = 7
    seed: int = 0

    @property
    def says(self) -> str:
        """Return how large pages are."""
        return f"page of 1 to {self.most}"

    def paged(self, paging: Paging) -> Paging:
        """Return the paging with these sizes."""
        return replace(paging, size=self._size)

    def _size(self, offset: int, limit: int, total: int) -> int:
        return number_for(self.seed, "page", offset, total) % min(self.most, limit) + 1
