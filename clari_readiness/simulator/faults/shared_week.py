"""A week in two quarters: the one that straddles the boundary comes in the documents of both (F14).

A good exporter has the quarter in every key, so that neither overwrites the other's week.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from clari_readiness.simulator.faults.planning import Planning
from clari_readiness.simulator.plan import Plan


@dataclass(frozen=True)
class SharedWeek(Planning):
    """Answer with every week of the quarter, although only the latest was asked for: first and last are shared."""

    says = "every week of the quarter"

    def amended(self, plan: Plan) -> Plan:
        """Return the plan with every week."""
        return replace(plan, every_week=True)
