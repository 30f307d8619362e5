"""Listeners beside the simulator, for requests that should never be made: they answer, and remember who asked for what.

with Watcher(key=simulator.key) as watcher:
    simulator.set_faults([Redirected(AUDIT, watcher.origin)])
    ...
    assert not any(each.has_key for each in watcher.sightings.all)
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Any, Self

from starlette.types import Receive, Scope, Send

from clari_readiness.errors import ReadinessError
from clari_readiness.simulator.faults.answers import Held
from clari_readiness.simulator.refusals import as_json
from clari_readiness.simulator.server import HOST, Server
from clari_readiness.simulator.sightings import Sighting, Sightings

_JOB = "0" * 24
_EVENT = {
    "actorId": "1",
    "actorType": "USER",
    "sessionId": "00000000-0000-4000-a000-000000000000",
    "sessionType": "WEB",
    "event": "foreign.event",
    "ipAddress": "192.0.2.1",
}


class Listener(ABC):
    """A server on a port of loopback of its own. `key` is what it looks for; `sightings` are what it saw."""

    def __init__(self, key: str) -> None:
        self.sightings = Sightings(key)
        self._server: Server | None = None

    def __enter__(self) -> Self:
        self._server = Server(self._answer, 0)
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._server:
            self._server.stop()
            self._server = None

    @property
    def port(self) -> int:
        """Return its port; raises ReadinessError unless it is running."""
        if not self._server:
            raise ReadinessError("the listener is not running", way_out="enter it first")
        return self._server.port

    @property
    def origin(self) -> str:
        """Return its address, `http://127.0.0.1:PORT`."""
        return f"http://{HOST}:{self.port}"

    @abstractmethod
    def answer_to(self, sighting: Sighting) -> Held:
        """Return what it answers."""

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.answer_to(await self.sightings.see(scope, receive)).send(send)


class Watcher(Listener):
    """A foreign origin, where redirects and `nextLink`s lead: it answers as Clari would, so nobody turns back early."""

    def answer_to(self, sighting: Sighting) -> Held:
        """Return a plausible answer, whatever was asked."""
        return Held(200, (), b"").with_body(as_json(_plausible(sighting)), content_type="application/json")


class RefusingProxy(Listener):
    """A proxy that leads nowhere: it refuses every request, tunnelled or not, and knows for which host it was.

    A client is told of it with HTTP_PROXY and HTTPS_PROXY; loopback, which it has to reach by itself, is in NO_PROXY.
    """

    def answer_to(self, sighting: Sighting) -> Held:
        """Refuse."""
        said = f"this proxy leads nowhere: {sighting.host or 'no host'} is not to be asked\n"
        return Held(403, (), b"").with_body(said.encode(), content_type="text/plain; charset=utf-8")


def _plausible(sighting: Sighting) -> Any:
    path = sighting.target.partition("?")[0]
    if sighting.method == "POST":
        return {"jobId": _JOB}
    if path.endswith("/results") or "/forecast/" in path:
        return {"entries": []}
    if "/export/jobs/" in path:
        return {"job": {"jobId": _JOB, "status": "DONE", "startTime": 0, "endTime": 1}}
    if path.endswith("/audit/events"):
        return {"items": [_EVENT], "actors": []}
    return [] if path.endswith(("/opportunity", "/jobs", "/types")) else {}
