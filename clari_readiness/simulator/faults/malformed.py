"""JSON that is none: an answer whose body loses its last bracket, with the length that its headers give.

A good exporter takes it for an answer that was damaged on the way: it asks again, and loads nothing of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from clari_readiness.simulator.faults.answers import held
from clari_readiness.simulator.faults.matching import Match, note


@dataclass(frozen=True)
class Malformed:
    """Answer as usual, but for the last byte of the body."""

    match: Match

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer without the last byte."""
        answer = await held(app, scope, receive)
        note(scope, "malformed JSON")
        await answer.with_body(answer.body[:-1]).send(send)
