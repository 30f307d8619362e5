"""A connection that is reset in the middle of an answer's body.

A good exporter asks again, from the beginning, and loads nothing of what had come.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from clari_readiness.simulator.faults.answers import held
from clari_readiness.simulator.faults.matching import Match, note
from clari_readiness.simulator.faults.transport import drained, reset


@dataclass(frozen=True)
class ResetInBody:
    """Answer, and reset the connection when `share` of the body (0 to 1) has been sent."""

    match: Match
    share: float = 0.5

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the headers and a part of the body, then reset."""
        answer = await held(app, scope, receive)
        sent = int(len(answer.body) * self.share)
        note(scope, f"reset after {sent} of {len(answer.body)} bytes")
        await send(answer.start())
        await send({"type": "http.response.body", "body": answer.body[:sent], "more_body": True})
        await drained(scope)
        await reset(scope)
