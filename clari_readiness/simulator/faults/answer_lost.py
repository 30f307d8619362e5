"""An answer that is lost: the request was done, and the connection is reset before anything says so (F12).

A good exporter does not send a POST again before it knows from the list of jobs whether one was queued; what only
reads it asks again.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clari_readiness.simulator.faults.matching import Match, note
from clari_readiness.simulator.faults.transport import reset


@dataclass(frozen=True)
class AnswerLost:
    """Let the application handle the request, then reset the connection instead of sending its answer."""

    match: Match

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - nothing is sent
        """Handle, keep the answer back, reset."""
        statuses: list[int] = []

        async def keep_back(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        await app(scope, receive, keep_back)
        note(scope, f"answer lost: {statuses[0] if statuses else 'none'}")
        await reset(scope)
