"""Which requests a fault is for, and the layer that applies it to them."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from starlette.types import ASGIApp, Receive, Scope, Send

from clari_readiness.simulator.faults.transport import Ended

_NOTES = "clari_readiness.faults"


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

    def turns(self, *nth: int) -> Match:
        """Return the same requests, but only the so-manyth ones of them."""
        return replace(self, nth=frozenset(nth), since=1)

    def onwards(self, since: int) -> Match:
        """Return the same requests, but only from the so-manyth one on."""
        return replace(self, nth=None, since=since)


QUEUED = Match("POST", r"/v\d+/export/forecast/.*")
"""Queueing a forecast export (F5)."""

QUEUED_OR_LIMITS = Match("*", r"/v\d+/(export/forecast/.*|admin/limits)")
"""Queueing a forecast export, and the limits (F22)."""

JOB = Match("GET", r"/v\d+/export/jobs/[^/]+")
"""One job (F6)."""

JOB_OR_LIST = Match("GET", r"/v\d+/export/jobs(/[^/]+)?")
"""One job, and the list of them (F7)."""

FORECAST = Match("GET", r"/v\d+/forecast/.+")
"""A synchronous forecast (F21)."""

ASKED = Match("*", r"/v\d+/(export/)?forecast/.+")
"""What a forecast is asked for with: queueing an export of it, or the synchronous one."""

AUDIT = Match("GET", r"/v\d+/audit/events")
"""A page of audit events (F29)."""

SECOND_PAGE = AUDIT.turns(2)
"""The second page of audit events."""

LATER_PAGES = AUDIT.onwards(2)
"""Every page of audit events but the first."""

OPPORTUNITIES = Match("GET", r"/v\d+/opportunity")
"""Opportunities by their ids (F30)."""

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
    scope.setdefault(_NOTES, []).append(what)


def noted(scope: Scope) -> str | None:
    """Return what was done to the request, None when nothing was."""
    return "; ".join(scope.get(_NOTES, ())) or None


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
    """The layer between the network and the application.

    All faults whose turn it is act on a request: each meets, as its application, what comes after it in the list. So
    the first is the nearest to the network, and one that answers in the application's place keeps it from the others.
    """

    def __init__(self, app: ASGIApp, faults: Iterable[Fault] = ()) -> None:
        self._app = app
        self._lock = threading.Lock()
        self.replace(faults)

    def replace(self, faults: Iterable[Fault]) -> None:
        """Forget the faults so far and their counts, and apply these from the next request on."""
        with self._lock:
            self._counters = [_Counter(fault) for fault in faults]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through to the application, past the faults whose turn it is."""
        app = self._app
        if scope["type"] == "http":
            for fault in reversed(self._chosen(scope["method"], scope["path"])):
                app = partial(fault.act, app)
        with suppress(Ended):
            await app(scope, receive, send)

    def _chosen(self, method: str, path: str) -> list[Fault]:
        with self._lock:
            return [counter.fault for counter in self._counters if counter.is_its_turn(method, path)]
