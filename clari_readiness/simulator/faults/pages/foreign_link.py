"""A `nextLink` to another origin: following it would hand that origin the key (F29).

A good exporter does not follow it: not one request goes there, nothing is replaced, and it fails loudly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from clari_readiness.simulator.faults.answers import changed, held
from clari_readiness.simulator.faults.matching import AUDIT, Match, note


@dataclass(frozen=True)
class ForeignLink:
    """Answer with a link to this `origin` (`http://127.0.0.1:PORT`), also where there was none."""

    origin: str
    match: Match = AUDIT

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the page, and with a link to elsewhere."""
        answer = await held(app, scope, receive)
        note(scope, f"nextLink to {self.origin}")
        await changed(answer, lambda page: self._linked(page, scope["path"])).send(send)

    def _linked(self, page: Any, path: str) -> Any:
        query = page.get("nextLink", "").partition("?")[2]
        return {**page, "nextLink": f"{self.origin}{path}?{query or 'cursor=next'}"}
