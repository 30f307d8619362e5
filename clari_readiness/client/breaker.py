"""A circuit breaker: an outage of Clari costs a bounded number of requests, however long it lasts."""

from __future__ import annotations

import threading
from datetime import timedelta
from enum import StrEnum

from clari_readiness.client.transport import Deadline, Request, Response, Transport
from clari_readiness.errors import (
    AnswerLost,
    CircuitOpen,
    ClariError,
    DeadlineExceeded,
    Refused,
    ServerFault,
    Unreachable,
    Unreadable,
)
from clari_readiness.model.time import Clock

FAILURES = (Unreachable, AnswerLost, Unreadable, DeadlineExceeded, ServerFault)
"""What says that Clari is down. Any other status, 429 included, says that somebody is there and answers."""


class BreakerState(StrEnum):
    """Closed: requests pass. Open: none does. Half open: a single one is on its way, to see."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Breaker:
    """Lets requests through until `failures` of them in a row have failed, then none for `cool_down` seconds.

    After the cool-down one request is let through as a probe: its success closes the circuit, its failure opens it for
    another cool-down. Safe to share between threads.
    """

    def __init__(self, inner: Transport, *, clock: Clock, failures: int = 8, cool_down: float = 30.0) -> None:
        self._inner = inner
        self._clock = clock
        self._limit = failures
        self._cool_down = cool_down
        self._lock = threading.Lock()
        self._failed = 0
        self._last = ""
        self._probe_at: float | None = None
        self._probing = False

    @property
    def state(self) -> BreakerState:
        """Return the state as of now; open turns half-open only when a request comes to probe."""
        with self._lock:
            if self._probing:
                return BreakerState.HALF_OPEN
            return BreakerState.CLOSED if self._probe_at is None else BreakerState.OPEN

    def send(self, request: Request, deadline: Deadline) -> Response:
        """Send, or raise `CircuitOpen` without having sent anything."""
        probing = self._admit(request)
        try:
            response = self._inner.send(request, deadline)
        except FAILURES as error:
            self._record_failure(error, probing=probing)
            raise
        except Refused:
            self._record_answer(probing=probing)
            raise
        except BaseException:
            # Nothing was learned about Clari: a foreign link, a full disk, an interrupt. The next request may probe.
            self._release(probing=probing)
            raise
        self._record_answer(probing=probing)
        return response

    def close(self) -> None:
        """Close the transport below."""
        self._inner.close()

    def _admit(self, request: Request) -> bool:
        with self._lock:
            if self._probe_at is None:
                return False
            wait = self._probe_at - self._clock.monotonic()
            if wait > 0 or self._probing:
                raise self._refusal(request, wait)
            self._probing = True
            return True

    def _refusal(self, request: Request, wait: float) -> CircuitOpen:
        until = (self._clock.now() + timedelta(seconds=max(wait, 0.0))).isoformat(timespec="seconds")
        when = "until another request has found out whether Clari is back" if self._probing else f"until {until}"
        return CircuitOpen(
            f"{request}: nothing was sent, the circuit breaker is open {when} after {self._failed} failures in a row"
            f" (the last: {self._last})",
            way_out="wait, and see https://status.clari.com",
        )

    def _record_failure(self, error: ClariError, *, probing: bool) -> None:
        with self._lock:
            self._failed += 1
            self._last = error.message
            if probing:
                self._probing = False
            if probing or self._failed >= self._limit:
                self._probe_at = self._clock.monotonic() + self._cool_down

    def _record_answer(self, *, probing: bool) -> None:
        with self._lock:
            # An answer to a request that was sent before the circuit opened is no probe, and closes nothing.
            if probing:
                self._probing = False
                self._probe_at = None
            if self._probe_at is None:
                self._failed = 0

    def _release(self, *, probing: bool) -> None:
        with self._lock:
            if probing:
                self._probing = False
