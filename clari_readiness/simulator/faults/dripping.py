"""A body that comes in drips: each in time, and all of them together too late.

A good exporter has a deadline for the whole answer and not for each read alone; a body that comes in time is as good as
any.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from clari_readiness.simulator.faults.answers import held
from clari_readiness.simulator.faults.matching import Match, note


@dataclass(frozen=True)
class Dripping:
    """Send the body in so many `drips`, with `seconds` of the machine's time before each."""

    match: Match
    drips: int = 10
    seconds: float = 0.01

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, slowly."""
        answer = await held(app, scope, receive)
        note(scope, f"dripping: {self.drips} x {self.seconds:g} s")
        size = max(1, -(-len(answer.body) // self.drips))
        await send(answer.start())
        for start in range(0, max(1, len(answer.body)), size):
            await asyncio.sleep(self.seconds)
            drip, more = answer.body[start : start + size], start + size < len(answer.body)
            await send({"type": "http.response.body", "body": drip, "more_body": more})
