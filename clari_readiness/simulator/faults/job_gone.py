"""A job that is gone: its id was given, and then nobody knows of it (404).

A good exporter does not ask for ever: it says which job is gone, and queues it again once or fails loudly.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from clari_readiness.simulator.faults.planning import Planning
from clari_readiness.simulator.plan import Plan


@dataclass(frozen=True)
class JobGone(Planning):
    """Queue a job that is SCHEDULED for as long as the others, and then gone from every answer. Its quota is spent."""

    says = "job gone"

    def amended(self, plan: Plan) -> Plan:
        """Return the plan with the job gone."""
        return replace(plan, ends="GONE")
