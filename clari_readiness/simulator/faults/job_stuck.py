"""A job that is STARTED and stays so.

A good exporter gives up at its time-out, cancels the job, which holds a place (F22), queues it again once, and fails
loudly when that is stuck, too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from clari_readiness.simulator.faults.planning import Planning
from clari_readiness.simulator.plan import Plan


@dataclass(frozen=True)
class JobStuck(Planning):
    """Queue a job that never ends unless it is cancelled (F8)."""

    says = "job stuck"

    def amended(self, plan: Plan) -> Plan:
        """Return the plan without an end."""
        return replace(plan, ends="NEVER")
