"""An error that arrives with status 200: only the body says that it is one.

A good exporter looks at what it got: it asks again or fails loudly, and does not take an error for an empty result.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from clari_readiness.simulator.faults.answers import Held
from clari_readiness.simulator.faults.matching import Match, note
from clari_readiness.simulator.refusals import body_for


@dataclass(frozen=True)
class ErrorInside:
    """Answer 200 with the body that the route has for a 500 (F26); the application never sees the request."""

    match: Match

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - not reached
        """Answer in the application's place."""
        note(scope, "status 200 with an error inside")
        answer = Held(200, (), b"").with_body(body_for(scope["path"], 500), content_type="application/json")
        await answer.send(send)
