"""The application's answer, held in hand before it leaves: for faults that change it or send only a part of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clari_readiness.simulator import exact

Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True)
class Held:
    """A whole answer: status, headers and body."""

    status: int
    headers: Headers
    body: bytes

    def with_header(self, name: str, value: str) -> Held:
        """Return the answer with this header in place of those of the same name."""
        sought = name.lower().encode()
        others = tuple((each, kept) for each, kept in self.headers if each.lower() != sought)
        return replace(self, headers=(*others, (sought, value.encode())))

    def with_body(self, body: bytes, *, content_type: str | None = None) -> Held:
        """Return the answer with another body, whose length its headers give."""
        other = self if content_type is None else self.with_header("content-type", content_type)
        return replace(other.with_header("content-length", str(len(body))), body=body)

    def start(self) -> Message:
        """Return the message with which the answer begins."""
        return {"type": "http.response.start", "status": self.status, "headers": list(self.headers)}

    async def send(self, send: Send) -> None:
        """Send all of it."""
        await send(self.start())
        await send({"type": "http.response.body", "body": self.body})


async def held(app: ASGIApp, scope: Scope, receive: Receive) -> Held:
    """Let the application handle a request, and return its answer instead of sending it."""
    started: list[Message] = []
    parts: list[bytes] = []

    async def keep(message: Message) -> None:
        if message["type"] == "http.response.start":
            started.append(message)
        elif message["type"] == "http.response.body":
            parts.append(message.get("body", b""))

    await app(scope, receive, keep)
    return Held(started[0]["status"], tuple(started[0]["headers"]), b"".join(parts))


def changed(answer: Held, change: Callable[[Any], Any]) -> Held:
    """Return the answer with its JSON changed. An answer that is not of 2xx, or is no JSON, stays as it is."""
    if not 200 <= answer.status < 300:
        return answer
    try:
        document = exact.read(answer.body)
    except ValueError:
        return answer
    return answer.with_body(exact.written(change(document)))
