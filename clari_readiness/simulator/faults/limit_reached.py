"""Out of quota, or too many jobs at once: one refusal for the two, and only the limits tell which (F23).

A good exporter asks the limits: it waits while too many jobs run, and stops loudly when the month is used up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from starlette.types import ASGIApp, Receive, Scope, Send

from clari_readiness.simulator.faults.answers import Held, changed, held
from clari_readiness.simulator.faults.matching import QUEUED_OR_LIMITS, Match, note
from clari_readiness.simulator.refusals import as_json, error_id, export_error

_NUMBERS = {"monthly": "availableMonthlyQuota", "concurrent": "availableConcurrentLimit"}


@dataclass(frozen=True)
class LimitReached:
    """Refuse to queue jobs, and show in the limits that nothing is left of this one."""

    limit: Literal["monthly", "concurrent"] = "monthly"
    match: Match = QUEUED_OR_LIMITS

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the POST, or show the limit as used up."""
        note(scope, f"{self.limit} limit reached")
        if scope["method"] == "POST":
            said = "The monthly quota limit of 30 or concurrent limit of 1 has been reached."
            body = export_error(
                "export_monthly_quota_reached", said, namespace="exports", errors=error_id("limit", scope["path"])
            )
            await Held(400, (), b"").with_body(as_json(body), content_type="application/json").send(send)
        else:
            await changed(await held(app, scope, receive), self._used_up).send(send)

    def _used_up(self, document: Any) -> Any:
        return {**document, "jobs": {**document["jobs"], _NUMBERS[self.limit]: 0}}
