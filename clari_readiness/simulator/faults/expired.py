"""Results that have expired (F9).

A good exporter does not ask again for what is gone for good: it exports anew or fails loudly.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from clari_readiness.simulator.faults.answers import Held
from clari_readiness.simulator.faults.matching import RESULTS, Match, note
from clari_readiness.simulator.refusals import as_json, error_id, export_error


@dataclass(frozen=True)
class Expired:
    """Refuse a job's results as expired; the application never sees the request."""

    match: Match = RESULTS

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - not reached
        """Answer in the application's place."""
        note(scope, "results expired")
        said = "Cannot retrieve data for a job whose results have expired."
        body = export_error("invalid_jobId", said, namespace="exports", errors=error_id("expired", scope["path"]))
        await Held(400, (), b"").with_body(as_json(body), content_type="application/json").send(send)
