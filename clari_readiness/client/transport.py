"""The seam between the layers: what is sent, what comes back, and by when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from clari_readiness.model.exports import LandedDocument
from clari_readiness.model.time import Clock, SystemClock


@dataclass(frozen=True)
class Request:
    """One call of the API, without its key and its origin.

    `path_or_url` is a path below the base URL, or an absolute URL that the server named (F29). `repeatable` is false
    for the POSTs that queue a job: sending one twice queues two and spends quota twice (F12). With `sink` the body
    goes to that file instead of memory.
    """

    method: str
    path_or_url: str
    params: tuple[tuple[str, str], ...] = ()
    json: Mapping[str, Any] | None = None
    repeatable: bool = True
    sink: Path | None = None
    attempt: int = 1

    def __str__(self) -> str:
        return f"{self.method} {self.path_or_url.partition('?')[0]}"


@dataclass(frozen=True)
class Response:
    """An answer of 2xx. `document` is its JSON, decoded; `landed` the file it went to, when there was a sink."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    seconds: float
    url: str
    document: Any = field(default=None, repr=False)
    landed: LandedDocument | None = None


@dataclass(frozen=True)
class Exchange:
    """One request as it went over the wire, for evidence: no key, no body.

    `status` is None and `error` says why when no status came; `seconds` is the machine's time, `at` the clock's.
    """

    method: str
    url: str
    status: int | None
    error: str
    seconds: float
    attempt: int
    at: datetime


Observer = Callable[[Exchange], None]


class Deadline:
    """When a call must have ended.

    It is kept twice, and the same number of seconds holds for both: waiting is bounded in the time of the given clock,
    sockets in the machine's. A clock that is stepped or runs fast must neither let a socket hang nor cut it short.
    """

    def __init__(self, seconds: float, *, clock: Clock, machine: Clock | None = None) -> None:
        self.seconds = seconds
        self._clock = clock
        self._machine = machine or SystemClock()
        self._waits_until = clock.monotonic() + seconds
        self._sockets_until = self._machine.monotonic() + seconds

    def left_to_wait(self) -> float:
        """Return the seconds left by the clock; not above zero when the deadline has passed."""
        return self._waits_until - self._clock.monotonic()

    def left_on_the_wire(self) -> float:
        """Return the seconds left by the machine's clock; not above zero when the deadline has passed."""
        return self._sockets_until - self._machine.monotonic()


class Transport(Protocol):
    """One layer of the client: it sends, and is made of the layer below."""

    def send(self, request: Request, deadline: Deadline) -> Response:
        """Return an answer of 2xx, or raise a `ClariError`."""
        ...

    def close(self) -> None:
        """Give back connections."""
        ...
