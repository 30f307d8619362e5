"""A body that drips for ever: a byte now and then, each in time for whoever waits for the next one only.

A good exporter gives the whole answer a deadline; then it asks again, or gives up loudly.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from clari_readiness.simulator.faults.answers import held
from clari_readiness.simulator.faults.matching import Match, note
from clari_readiness.simulator.faults.transport import close, is_gone

ENDLESS = "dripping without end"
"""What the journal says of such an answer."""


@dataclass(frozen=True)
class Endless:
    """Send half of the body, and then a space every so many `seconds` of the machine's time, until the client goes.

    No Content-Length says when the end is due.
    """

    match: Match
    seconds: float = 0.1

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and never come to the end."""
        answer = await held(app, scope, receive)
        note(scope, ENDLESS)
        headers = [each for each in answer.headers if each[0].lower() != b"content-length"]
        await send({**answer.start(), "headers": headers})
        part = answer.body[: len(answer.body) // 2]
        while not is_gone(scope):
            await send({"type": "http.response.body", "body": part, "more_body": True})
            await asyncio.sleep(self.seconds)
            part = b" "
        await close(scope)
