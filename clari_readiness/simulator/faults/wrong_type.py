"""A page where JSON was expected: what a proxy or a login shows, with status 200."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from clari_readiness.simulator.faults.answers import Held
from clari_readiness.simulator.faults.matching import Match, note

PAGE = b"<!doctype html><html><head><title>Sign in</title></head><body>Sign in to continue</body></html>"


@dataclass(frozen=True)
class WrongType:
    """Answer 200 with a page in HTML; the application never sees the request."""

    match: Match
    body: bytes = PAGE
    content_type: str = "text/html; charset=utf-8"

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - not reached
        """Answer in the application's place."""
        note(scope, f"a page of {self.content_type}")
        await Held(200, (), b"").with_body(self.body, content_type=self.content_type).send(send)
