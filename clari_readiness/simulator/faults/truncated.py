"""Results that are incomplete, with a job that says so and nothing else that does (F10).

A good exporter looks at both flags before it loads; it loads nothing of such a file and fails loudly.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from clari_readiness.simulator.faults.planning import Planning
from clari_readiness.simulator.plan import Flag, Plan


@dataclass(frozen=True)
class Truncated(Planning):
    """Cut the results in half, and show it in the job: in its rows, or in its cells."""

    flag: Flag = "rowsTruncated"

    @property
    def says(self) -> str:
        """Return the flag."""
        return self.flag

    def amended(self, plan: Plan) -> Plan:
        """Return the plan with the results cut."""
        return replace(plan, truncated=self.flag)
