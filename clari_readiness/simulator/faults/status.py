"""A status instead of the answer; the application never sees the request.

A good exporter tries again after a 5xx, with backoff and only what it may repeat (F12); a 4xx other than 429 it does
not send again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from clari_readiness.simulator.faults.matching import Match, note
from clari_readiness.simulator.refusals import body_for


@dataclass(frozen=True)
class Status:
    """Answer with this status, with these headers (`Retry-After` for a 429, F27) and this body.

    Without a body it is the one that the route has for such a status (F26).
    """

    match: Match
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    content_type: str = "application/json"

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - not reached
        """Answer in the application's place."""
        note(scope, f"status {self.status}")
        body = self.body if self.body is not None else body_for(scope["path"], self.status)
        await Response(body, self.status, dict(self.headers), self.content_type)(scope, receive, send)
