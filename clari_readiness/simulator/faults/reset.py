"""A connection that is reset before any answer; the application never sees the request.

A good exporter asks again after a pause; a POST only when it knows that no job was queued, since to a client this looks
like an answer that was lost (F12).
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from clari_readiness.simulator.faults.matching import Match, note
from clari_readiness.simulator.faults.transport import reset


@dataclass(frozen=True)
class Reset:
    """Reset the connection as soon as the request has arrived."""

    match: Match

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - not reached
        """Reset, and answer nothing."""
        note(scope, "reset")
        await reset(scope)
