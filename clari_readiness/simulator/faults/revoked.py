"""A token that is revoked in the middle: from some request on it is as good as any other wrong one (F3, F25).

A good exporter stops at once and loudly: the same key will not be accepted the next time either.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from clari_readiness.simulator.faults.answers import Held
from clari_readiness.simulator.faults.matching import Match, note
from clari_readiness.simulator.refusals import BAD_KEY, as_json


@dataclass(frozen=True)
class Revoked:
    """Refuse the key; the application never sees the request. `match` says from which request on."""

    match: Match

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - not reached
        """Answer in the application's place."""
        note(scope, "token revoked")
        await Held(401, (), b"").with_body(as_json(BAD_KEY), content_type="application/json").send(send)
