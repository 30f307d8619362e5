"""Which requests a fault is for, and the layer that applies it to them."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from starlette.types import ASGIApp, Receive, Scope, Send

FAULT = "clari_readiness.fault"
"""Where in the scope the journal finds what was done to a request."""


@dataclass(frozen=True)
class Match:
    """Requests with this method whose whole path the regular expression matches, as `/v4/admin/limits`.

    `nth` says which of them, counted from 1 and apart for each fault: `frozenset({1, 2})`; None for all. `since` is the
    first of them that counts.
    """

    method: str = "*"
    path: str = ".*"
    nth: frozenset[int] | None = None
    since: int = 1

    def fits(self, method: str, path: str) -> bool:
        """Return whether a request is one that counts."""
        return self.method in ("*", method) and re.fullmatch(self.path, path) is not None


QUEUED = Match("POST", r"/v\d+/export/forecast/.*")
"""Queueing a forecast export (F5)."""

QUEUED_OR_LIMITS = Match("*", r"/v\d+/(export/forecast/.*|admin/limits)")
"""Queueing a forecast export, and the limits (F22)."""

JOB = Match("GET", r"/v\d+/export/jobs/[^/]+")
"""One job (F6)."""

RESULTS = Match("GET", r"/v\d+/export/jobs/[^/]+/results")
"""The results of a job (F9)."""

JOB_OR_RESULTS = Match("GET", r"/v\d+/export/jobs/[^/]+(/results)?")
"""One job, and its results."""


class Fault(Protocol):
    """One thing that goes wrong."""

    @property
    def match(self) -> Match:
        """Return which requests it is for."""
        ...

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Do it instead of `await app(scope, receive, send)`, and `note` for the journal what was done."""
        ...


def note(scope: Scope, what: str) -> None:
    """Say what was done to the request, before anything of it can be seen outside."""
    scope[FAULT] = what


@dataclass
class _Counter:
    fault: Fault
    seen: int = 0

    def is_its_turn(self, method: str, path: str) -> bool:
        match = self.fault.match
        if not match.fits(method, path):
            return False
        self.seen += 1
        return self.seen >= match.since and (match.nth is None or self.seen in match.nth)


class Injector:
    """The layer between the network and the application. The first fault whose turn it is takes the request."""

    def __init__(self, app: ASGIApp, faults: Iterable[Fault] = ()) -> None:
        self._app = app
        self._lock = threading.Lock()
        self.replace(faults)

    def replace(self, faults: Iterable[Fault]) -> None:
        """Forget the faults so far and their counts, and apply these from the next request on."""
        with self._lock:
            self._counters = [_Counter(fault) for fault in faults]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or let a fault have it."""
        fault = self._choose(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if fault is None:
            await self._app(scope, receive, send)
        else:
            await fault.act(self._app, scope, receive, send)

    def _choose(self, method: str, path: str) -> Fault | None:
        chosen: Fault | None = None
        with self._lock:
            for counter in self._counters:
                if counter.is_its_turn(method, path) and chosen is None:
                    chosen = counter.fault
        return chosen
