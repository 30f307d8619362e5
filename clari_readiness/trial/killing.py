"""Killing an exporter with -9: at one of its requests, in the middle of a download, or while it loads.

The first two are moments that the simulator knows, whatever else the machine has to do. While it loads nothing is asked
of the simulator: what its warehouse does then is seen from outside, and times are left to chance.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from starlette.types import ASGIApp, Receive, Scope, Send

from clari_readiness.errors import WarehouseError
from clari_readiness.simulator import Match
from clari_readiness.simulator.faults.answers import held
from clari_readiness.simulator.faults.matching import RESULTS, note
from clari_readiness.simulator.faults.transport import drained, reset
from clari_readiness.trial.child import Killer

_FIRST_RESULTS = replace(RESULTS, nth=frozenset({1}))
_BETWEEN_GLANCES = 0.0005  # seconds


@dataclass(frozen=True)
class KilledAt:
    """Kill the exporter when its nth request has come in.

    It has done all that the answers before let it do, and gets no answer to this one. When `accepted`, the request is
    handled first: a POST queues its job (F12).
    """

    killer: Killer
    nth: int
    accepted: bool = False

    @property
    def match(self) -> Match:
        """Return which request it is for."""
        return Match(nth=frozenset({self.nth}))

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - nothing is sent
        """Handle the request where it is to be, kill, and cut the connection."""
        status = (await held(app, scope, receive)).status if self.accepted else None
        note(scope, f"answer lost: {status}, the exporter was killed" if self.accepted else "the exporter was killed")
        self.killer.kill()
        await reset(scope)


@dataclass(frozen=True)
class KilledInDownload:
    """Kill the exporter when `share` (0 to 1) of its first results has been sent: it cannot have loaded them."""

    killer: Killer
    share: float
    match: Match = _FIRST_RESULTS

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the headers and a part of the body, kill, and cut the connection."""
        answer = await held(app, scope, receive)
        sent = int(len(answer.body) * self.share)
        note(scope, f"the exporter was killed after {sent} of {len(answer.body)} bytes")
        await send(answer.start())
        await send({"type": "http.response.body", "body": answer.body[:sent], "more_body": True})
        await drained(scope)
        self.killer.kill()
        await reset(scope)


@dataclass(frozen=True)
class KilledAsItWrites:
    """Kill the exporter when its warehouse is seen to change for the `nth` time after its download.

    `seen` returns what can be seen of it from outside.
    """

    killer: Killer
    seen: Callable[[], object]
    nth: int = 1
    match: Match = _FIRST_RESULTS

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at the warehouse while it waits for its answer, answer as usual, and go on looking."""
        note(scope, f"the exporter was killed at change {self.nth} of its warehouse")
        before = self._glance()
        await app(scope, receive, send)
        _beside(lambda: self._watch(before))

    def _watch(self, before: object) -> None:
        changes = 0
        while changes < self.nth and not self.killer.over(_BETWEEN_GLANCES):
            now = self._glance()
            changes, before = changes + (now != before), now
        self.killer.kill()

    def _glance(self) -> object:
        with suppress(WarehouseError):  # who reads the rows in the end cannot look either, and says so
            return self.seen()
        return None


@dataclass(frozen=True)
class KilledAfter:
    """Kill the exporter so many real seconds after the results of its first job were sent."""

    killer: Killer
    seconds: float
    match: Match = _FIRST_RESULTS

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as usual, and set the timer."""
        note(scope, f"the exporter was killed {self.seconds:.3f} s later")
        await app(scope, receive, send)
        _beside(lambda: self._later(time.monotonic() + self.seconds))

    def _later(self, moment: float) -> None:
        if not self.killer.over(max(0.0, moment - time.monotonic())):
            self.killer.kill()


def _beside(watch: Callable[[], None]) -> None:
    threading.Thread(target=watch, name="trial-killer", daemon=True).start()
