"""An outage: for a span of the simulator's time nothing is answered but errors, or nothing at all.

A good exporter asks less and less often while it lasts, however long that is, goes on without help when it is over, and
gives up loudly at its deadline.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from clari_readiness.simulator.clock import Clock
from clari_readiness.simulator.faults.matching import Match, note
from clari_readiness.simulator.faults.transport import reset
from clari_readiness.simulator.refusals import body_for


@dataclass(frozen=True)
class Outage:
    """Answer this status from `begins` until before `ends`, seconds of the clock's monotonic time; None: reset.

    Outside of the span the application answers.
    """

    clock: Clock
    begins: float
    ends: float
    status: int | None = 503
    match: Match = field(default_factory=Match)

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the status during the outage, and as usual before and after it."""
        if not self.begins <= self.clock.monotonic() < self.ends:
            await app(scope, receive, send)
            return
        note(scope, "outage")
        if self.status is None:
            await reset(scope)
        else:
            body = body_for(scope["path"], self.status)
            await Response(body, self.status, media_type="application/json")(scope, receive, send)
