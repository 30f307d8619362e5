"""A job that takes long, and is DONE in the end.

A good exporter waits as long as its time-out allows, with pauses between its looks, and queues nothing in its place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from clari_readiness.simulator.faults.planning import Planning
from clari_readiness.simulator.plan import Plan


@dataclass(frozen=True)
class JobSlow(Planning):
    """Queue a job that is STARTED for so many `seconds` of the simulator's time."""

    seconds: float = 300.0

    @property
    def says(self) -> str:
        """Return how long it takes."""
        return f"job takes {self.seconds:g} s"

    def amended(self, plan: Plan) -> Plan:
        """Return the plan with the time it takes."""
        return replace(plan, seconds=self.seconds)
