"""A fault that lasts: from its first turn on for a span of the simulator's time, such as an outage of three minutes.

A good exporter asks less and less often while it lasts, goes on without help when it is over, and gives up loudly when
that takes longer than it has.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.types import ASGIApp, Receive, Scope, Send

from clari_readiness.simulator.clock import Clock
from clari_readiness.simulator.faults.matching import Fault, Match


@dataclass(frozen=True)
class During:
    """Let `fault` act for so many `seconds` of the clock, which begin with the first request whose turn it is.

    The fault's own `match` should say `since` and not `nth`: afterwards every request goes through.
    """

    fault: Fault
    clock: Clock
    seconds: float = 180.0
    _began: list[float] = field(default_factory=list, repr=False, compare=False)

    @property
    def match(self) -> Match:
        """Return which requests the fault is for."""
        return self.fault.match

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the fault have the request, or let the request through."""
        now = self.clock.monotonic()
        if not self._began:
            self._began.append(now)
        if now < self._began[0] + self.seconds:
            await self.fault.act(app, scope, receive, send)
        else:
            await app(scope, receive, send)
