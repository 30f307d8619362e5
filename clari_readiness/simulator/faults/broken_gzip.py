"""A compressed body that is damaged: the length is right, the stream breaks off.

A good exporter takes it for an answer that was lost on the way: it asks again, and loads nothing of what it could
decompress.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from clari_readiness.simulator.faults.answers import held
from clari_readiness.simulator.faults.matching import Match, note


@dataclass(frozen=True)
class BrokenGzip:
    """Answer with `share` (0 to 1) of the compressed body and the length that this has."""

    match: Match
    share: float = 0.5

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as usual, but for the body."""
        answer = await held(app, scope, receive)
        note(scope, "broken gzip")
        whole = gzip.compress(answer.body, mtime=0)
        broken = answer.with_body(whole[: int(len(whole) * self.share)]).with_header("content-encoding", "gzip")
        await broken.send(send)
