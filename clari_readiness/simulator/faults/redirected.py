"""A redirect to another origin: a client that follows it with its own headers hands that origin the key.

A good exporter does not follow it, or follows it without the key; it takes nothing that it gets there for data.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from clari_readiness.simulator.faults.answers import Held
from clari_readiness.simulator.faults.matching import Match, note


@dataclass(frozen=True)
class Redirected:
    """Redirect to the same path and query of this `origin` (`http://127.0.0.1:PORT`); the application is not asked."""

    match: Match
    origin: str
    status: int = 307

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - not reached
        """Answer in the application's place."""
        note(scope, f"redirected to {self.origin}")
        query = scope["query_string"].decode("latin-1")
        location = f"{self.origin}{scope['path']}{'?' if query else ''}{query}"
        await Held(self.status, (), b"").with_body(b"").with_header("location", location).send(send)
