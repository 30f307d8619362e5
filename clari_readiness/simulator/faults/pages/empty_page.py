"""A page without events that has a `nextLink`.

A good exporter follows the link: an empty page is no sign of the end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from clari_readiness.simulator.faults.pages.pages import Pages
from clari_readiness.simulator.paging import Paging


@dataclass(frozen=True)
class EmptyPage(Pages):
    """Answer with an empty page; its link leads to the page that was asked for, under another address."""

    says = "empty page"

    def paged(self, paging: Paging) -> Paging:
        """Return the paging with the page empty."""
        return replace(paging, empty=True)
