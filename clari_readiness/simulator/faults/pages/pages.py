"""What faults of pages have in common."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace

from clari_readiness.simulator.faults.matching import AUDIT, Match
from clari_readiness.simulator.faults.planning import Planning
from clari_readiness.simulator.paging import Paging
from clari_readiness.simulator.plan import Plan


@dataclass(frozen=True)
class Pages(Planning):
    """Cut the page that is asked for in another way. `match` counts the pages, over all windows."""

    match: Match = AUDIT

    @abstractmethod
    def paged(self, paging: Paging) -> Paging:
        """Return the paging with this in it."""

    def amended(self, plan: Plan) -> Plan:
        """Return the plan with the page cut so."""
        return replace(plan, paging=self.paged(plan.paging))
