"""Results without entries, of a job that is DONE: no error anywhere (F20)."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from clari_readiness.simulator.faults.answers import changed, held
from clari_readiness.simulator.faults.matching import RESULTS, Match, note


@dataclass(frozen=True)
class EmptyResults:
    """Answer `{"entries": []}` instead of a job's results."""

    match: Match = RESULTS

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with nothing in it."""
        answer = await held(app, scope, receive)
        note(scope, "empty results")
        await changed(answer, lambda _: {"entries": []}).send(send)
