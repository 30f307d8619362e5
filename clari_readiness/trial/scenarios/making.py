"""How scenarios name their faults: made anew for each run, since faults count what they have met."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from clari_readiness.simulator import Fault
from clari_readiness.trial.scenario import Faults, Scene

WELL_SEEN = 0.25
"""Of a pause: what of it may be the machine's own, for one to tell that it is one."""


def made(*faults: Callable[[Scene], Fault]) -> Faults:
    """Return what makes these faults for a scene; the first is the nearest to the network."""

    def make(scene: Scene) -> Sequence[Fault]:
        return [fault(scene) for fault in faults]

    return make
