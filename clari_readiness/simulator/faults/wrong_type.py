"""A page where JSON was expected: what a proxy or a login shows, with status 200. Or JSON that says it is such a page.

A good exporter looks at the content type or at the body, asks again or fails loudly, and loads nothing of a page.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from clari_readiness.simulator.faults.answers import Held, held
from clari_readiness.simulator.faults.matching import Match, note

PAGE = b"<!doctype html><html><head><title>Sign in</title></head><body>Sign in to continue</body></html>"


@dataclass(frozen=True)
class WrongType:
    """Answer 200 with a page in HTML; with None for a body, answer as usual but for the content type."""

    match: Match
    body: bytes | None = PAGE
    content_type: str = "text/html; charset=utf-8"

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer in the application's place, or with its body."""
        note(scope, f"a page of {self.content_type}")
        if self.body is None:
            answer = await held(app, scope, receive)
            await answer.with_header("content-type", self.content_type).send(send)
        else:
            await Held(200, (), b"").with_body(self.body, content_type=self.content_type).send(send)
