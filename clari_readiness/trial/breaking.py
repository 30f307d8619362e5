"""Breaking an exporter's session with its server while it loads: the process lives, and has to find out."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, replace

from starlette.types import ASGIApp, Receive, Scope, Send

from clari_readiness.errors import WarehouseError
from clari_readiness.simulator import Match
from clari_readiness.simulator.faults.matching import RESULTS, note
from clari_readiness.trial.child import Killer
from clari_readiness.trial.warehouses import Breaker, Moment

_FIRST_RESULTS = replace(RESULTS, nth=frozenset({1}))


@dataclass(frozen=True)
class CutOff:
    """Have a session with its server broken, when the exporter comes to a moment of loading its first results.

    `killer` kills nobody: it knows when the run is over.
    """

    killer: Killer
    breaker: Breaker
    moment: Moment
    match: Match = _FIRST_RESULTS

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Lie in wait while it waits for its answer, answer as usual, and watch."""
        note(scope, f"the exporter's session with its server was to be broken {self.moment}")
        lies_in_wait = False
        with suppress(WarehouseError):  # where nothing was broken in any run, the play says so
            self.breaker.lie_in_wait()
            lies_in_wait = True
        await app(scope, receive, send)
        if lies_in_wait:
            watch = threading.Thread(
                target=self.breaker.watch, args=(self.killer.over,), name="trial-breaker", daemon=True
            )
            watch.start()
