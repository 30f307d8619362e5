"""A 429: too fast (F27), with a `Retry-After` in one of its forms, or without.

A good exporter waits as long as it is told, in either form; without that, or when it makes no sense, it backs off with
a ceiling that grows from attempt to attempt. It keeps its deadline: what it cannot wait for, it gives up loudly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime

from starlette.types import ASGIApp, Receive, Scope, Send

from clari_readiness.simulator.clock import Clock
from clari_readiness.simulator.faults.answers import Held
from clari_readiness.simulator.faults.matching import Match, note
from clari_readiness.simulator.refusals import body_for

ABSURD = ("99999999", "-1", "soon", "Thu, 01 Jan 1970 00:00:00 GMT", "1e3")
"""Values of `Retry-After` that nobody can have meant."""


@dataclass(frozen=True)
class RateLimited:
    """Answer 429; the application never sees the request.

    `retry_after` is what the header says: seconds of the simulator's time as a number, any text as it is, None for no
    header. With a `clock` seconds become the date that they lead to by it, rounded up, since dates have no fractions.
    """

    match: Match
    retry_after: float | str | None = None
    clock: Clock | None = None

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - not reached
        """Answer in the application's place."""
        told = self._told()
        note(scope, f"status 429, Retry-After {told}")
        answer = Held(429, (), b"").with_body(body_for(scope["path"], 429), content_type="application/json")
        await (answer if told is None else answer.with_header("retry-after", told)).send(send)

    def _told(self) -> str | None:
        if self.retry_after is None or isinstance(self.retry_after, str):
            return self.retry_after
        if self.clock is None:
            return str(math.ceil(self.retry_after))
        until = self.clock.now() + timedelta(seconds=self.retry_after)
        whole = until.replace(microsecond=0) + timedelta(seconds=until.microsecond > 0)
        return format_datetime(whole, usegmt=True)
