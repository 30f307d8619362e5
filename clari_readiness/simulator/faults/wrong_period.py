"""The silent wrong quarter: whatever was asked for, the answer holds the current one (F18).

A good exporter compares `timePeriods` with what it asked for; it loads nothing of another quarter and fails loudly.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from clari_readiness.simulator.faults.planning import Planning
from clari_readiness.simulator.plan import Plan


@dataclass(frozen=True)
class WrongPeriod(Planning):
    """Answer with the current quarter, as if none had been asked for."""

    says = "timePeriod ignored"

    def amended(self, plan: Plan) -> Plan:
        """Return the plan with the period ignored."""
        return replace(plan, period_ignored=True)
