"""A body that is shorter than its Content-Length says: the connection is closed in order, as if all had been sent.

A good exporter compares the length, takes the answer for lost and asks again; it loads nothing of a part.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from clari_readiness.simulator.faults.answers import held
from clari_readiness.simulator.faults.matching import Match, note
from clari_readiness.simulator.faults.transport import close


@dataclass(frozen=True)
class CutShort:
    """Answer with the Content-Length of the whole body and only `share` of it (0 to 1)."""

    match: Match
    share: float = 0.5

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the headers and a part of the body, then close."""
        answer = await held(app, scope, receive)
        sent = int(len(answer.body) * self.share)
        note(scope, f"cut short after {sent} of {len(answer.body)} bytes")
        await send(answer.start())
        await send({"type": "http.response.body", "body": answer.body[:sent], "more_body": True})
        await close(scope)
