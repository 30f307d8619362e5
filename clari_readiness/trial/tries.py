"""When it is enough: of tries in which a busy machine may have spoken for the exporter, or against it."""

from __future__ import annotations

from dataclasses import dataclass

from clari_readiness.trial.verdict import Outcome, Verdict

_TIMES = 3
"""How often something has to be wrong that rests on time alone."""


@dataclass
class Tries:
    """What the tries of one scenario came to: stopped, without the pauses that there should be, or kept."""

    stopped: int = 0
    hasty: int = 0
    kept: int = 0

    def settled_by(self, outcome: Outcome) -> bool:
        """Count a try, and tell whether what came of it holds.

        What does not rest on time does. So does a try that was kept, unless as many have found the pauses wrong.
        """
        if outcome.rests_on_time:
            self.stopped += outcome.overdue
            self.hasty += not outcome.overdue
            return self.stopped + self.hasty == _TIMES
        self.kept += outcome.verdict is Verdict.KEPT
        return outcome.verdict is not Verdict.KEPT or self.kept > self.hasty

    @property
    def undecided(self) -> bool:
        """Whether as many tries speak for the exporter's pauses as against them."""
        return self.kept == self.hasty
