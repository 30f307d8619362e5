"""Results that are incomplete, with a job that says so (F10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from clari_readiness.simulator.faults.answers import changed, held
from clari_readiness.simulator.faults.matching import JOB_OR_RESULTS, Match, note


@dataclass(frozen=True)
class Truncated:
    """Cut the results in half, and show it in the job: in its rows, or in its cells."""

    match: Match = JOB_OR_RESULTS
    flag: str = "rowsTruncated"

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the half, or with the flag."""
        answer = await held(app, scope, receive)
        note(scope, self.flag)
        await changed(answer, self._halved if scope["path"].endswith("/results") else self._flagged).send(send)

    def _flagged(self, document: Any) -> Any:
        job = document.get("job", document)
        job[self.flag] = job["status"] == "DONE"
        return document

    def _halved(self, document: Any) -> Any:
        return {**document, "entries": document["entries"][: len(document["entries"]) // 2]}
