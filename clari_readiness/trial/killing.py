"""Killing an exporter with -9 at a moment that is known: at one of its requests, or so long after one."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

from starlette.types import ASGIApp, Receive, Scope, Send

from clari_readiness.simulator import Match
from clari_readiness.simulator.faults.answers import held
from clari_readiness.simulator.faults.matching import RESULTS, note
from clari_readiness.simulator.faults.transport import reset
from clari_readiness.trial.child import Killer

_FIRST_RESULTS = replace(RESULTS, nth=frozenset({1}))


@dataclass(frozen=True)
class KilledAt:
    """Kill the exporter when its nth request has come in.

    It has done all that the answers before let it do, and gets no answer to this one. When `accepted`, the request is
    handled first: a POST queues its job (F12).
    """

    killer: Killer
    nth: int
    accepted: bool = False

    @property
    def match(self) -> Match:
        """Return which request it is for."""
        return Match(nth=frozenset({self.nth}))

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - nothing is sent
        """Handle the request where it is to be, kill, and cut the connection."""
        status = (await held(app, scope, receive)).status if self.accepted else None
        note(scope, f"answer lost: {status}, the exporter was killed" if self.accepted else "the exporter was killed")
        self.killer.kill()
        await reset(scope)


@dataclass(frozen=True)
class KilledAfter:
    """Kill the exporter so many real seconds after the results of its first job were sent: while it loads them."""

    killer: Killer
    seconds: float
    match: Match = _FIRST_RESULTS

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as usual, and set the timer."""
        note(scope, f"the exporter was killed {self.seconds:.3f} s later")
        await app(scope, receive, send)
        timer = threading.Timer(self.seconds, self.killer.kill)
        timer.daemon = True
        timer.start()
