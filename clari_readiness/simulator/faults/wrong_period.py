"""The silent wrong quarter: whatever was asked for, the answer holds the current one (F18)."""

from __future__ import annotations

import json
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clari_readiness.simulator.faults.matching import QUEUED, Match, note


@dataclass(frozen=True)
class WrongPeriod:
    """Let the application read the request without its `timePeriod`."""

    match: Match = QUEUED

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle another request than the one that was sent."""
        message = await receive()
        asked = json.loads(message.get("body") or b"{}")
        note(scope, f"timePeriod {asked.pop('timePeriod', None)} ignored")
        instead: list[Message] = [{**message, "body": json.dumps(asked).encode(), "more_body": False}]

        async def changed() -> Message:
            return instead.pop() if instead else await receive()

        await app(scope, changed, send)
