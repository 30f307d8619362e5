"""A job in the other of its two shapes: bare as it is documented, or wrapped as it is met in production (F6, F7).

A good exporter reads both, in one job and in the list of jobs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from starlette.types import ASGIApp, Receive, Scope, Send

from clari_readiness.simulator.faults.answers import changed, held
from clari_readiness.simulator.faults.matching import JOB_OR_LIST, Match, note


@dataclass(frozen=True)
class JobShape:
    """Show jobs bare, or wrapped: `{"job": {...}}`, and `{"jobs": [...]}` for the list."""

    shape: Literal["bare", "wrapped"] = "bare"
    match: Match = JOB_OR_LIST

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer in this shape."""
        answer = await held(app, scope, receive)
        note(scope, f"job {self.shape}")
        wrapper = "jobs" if scope["path"].endswith("/jobs") else "job"
        await changed(answer, lambda document: self._shaped(document, wrapper)).send(send)

    def _shaped(self, document: Any, wrapper: str) -> Any:
        bare = document[wrapper] if isinstance(document, dict) and wrapper in document else document
        return bare if self.shape == "bare" else {wrapper: bare}
