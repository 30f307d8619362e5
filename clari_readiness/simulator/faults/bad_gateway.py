"""A gateway that is up while what is behind it is down: 502, with a page in HTML instead of an error that can be read.

A good exporter goes by the status: it tries again with backoff, and does not stumble over a body that is no JSON. A
POST it does not repeat before it knows that no job was queued (F12).
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from clari_readiness.simulator.faults.answers import Held
from clari_readiness.simulator.faults.matching import Match, note

PAGE = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<h1>502 Bad Gateway</h1>\r\n</body>\r\n</html>"
)


@dataclass(frozen=True)
class BadGateway:
    """Answer with the page; the application never sees the request."""

    match: Match
    status: int = 502

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - not reached
        """Answer in the application's place."""
        note(scope, f"status {self.status} in HTML")
        await Held(self.status, (), b"").with_body(PAGE, content_type="text/html").send(send)
