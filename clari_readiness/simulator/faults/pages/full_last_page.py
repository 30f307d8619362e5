"""A last page that is exactly full.

A good exporter ends because there is no `nextLink`, and neither asks for one page more nor misses one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from clari_readiness.simulator.faults.pages.pages import Pages
from clari_readiness.simulator.paging import Paging


@dataclass(frozen=True)
class FullLastPage(Pages):
    """Let the first page hold what is over, so that all others are full: as the limit says, or with at most `most`."""

    most: int | None = None

    says = "last page full"

    def paged(self, paging: Paging) -> Paging:
        """Return the paging with these sizes."""
        return replace(paging, size=self._size)

    def _size(self, offset: int, limit: int, total: int) -> int:
        full = min(limit, self.most or limit)
        return (total % full or full) if offset == 0 else full
