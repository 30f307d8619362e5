"""A job that ends badly: FAILED, ABORTED while it ran, or CANCELLED before it did (F6).

A good exporter treats none of them as DONE: it queues the job again once, and fails loudly when that ends badly, too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from clari_readiness.simulator.faults.planning import Planning
from clari_readiness.simulator.plan import Plan


@dataclass(frozen=True)
class JobEnds(Planning):
    """Queue a job that comes to this end; there are no results."""

    status: Literal["FAILED", "ABORTED", "CANCELLED"] = "FAILED"

    @property
    def says(self) -> str:
        """Return how it ends."""
        return f"job ends {self.status}"

    def amended(self, plan: Plan) -> Plan:
        """Return the plan with this end."""
        return replace(plan, ends=self.status)
