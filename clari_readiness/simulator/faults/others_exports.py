"""Another process of the same user exports the same quarter at the same moment, with fewer or more of its weeks (F12).

A good exporter does not take a job for its own that may be somebody else's: no job says what it was asked for, and its
document looks the same. When an answer was lost, and more than one job could be its own, it stops and says so.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clari_readiness.simulator.faults.matching import QUEUED, Match, note
from clari_readiness.simulator.incoming import whole_body

_SCOPE = ("type", "asgi", "http_version", "method", "scheme", "path", "raw_path", "query_string", "headers", "state")


@dataclass(frozen=True)
class OthersExports:
    """Have another export queued just before the request is handled, and one just after; nobody sees the answers."""

    match: Match = QUEUED

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the request, and send the application three."""
        body = await whole_body(receive)
        other = json.dumps(_turned(body)).encode()
        note(scope, "others queued exports too")
        await app(_alike(scope), _given(other), _unseen)
        await app(scope, _given(body), send)
        await app(_alike(scope), _given(other), _unseen)


def _turned(body: bytes) -> dict[str, Any]:
    """Return what was asked for, with every week where it was the latest one alone, or the other way round."""
    try:
        asked = json.loads(body)
    except ValueError:
        asked = {}
    asked = asked if isinstance(asked, dict) else {}
    return {**asked, "includeHistorical": asked.get("includeHistorical") is not True}


def _alike(scope: Scope) -> Scope:
    return {name: scope[name] for name in _SCOPE if name in scope}


def _given(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _unseen(message: Message) -> None:
    """Take an answer that is for nobody."""
