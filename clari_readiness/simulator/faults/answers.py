"""The application's answer, held in hand before it leaves: for faults that change it or send only a part of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LENGTH = b"content-length"
Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True)
class Held:
    """A whole answer: status, headers and body."""

    status: int
    headers: Headers
    body: bytes

    def with_body(self, body: bytes, *, content_type: str | None = None) -> Held:
        """Return the answer with another body, whose length its headers give."""
        headers = tuple((name, value) for name, value in self.headers if name.lower() != _LENGTH)
        if content_type is not None:
            headers = tuple((name, value) for name, value in headers if name.lower() != b"content-type")
            headers += ((b"content-type", content_type.encode()),)
        return replace(self, body=body, headers=(*headers, (_LENGTH, str(len(body)).encode())))

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
    """Return the answer with its JSON changed. An answer that is not of 2xx, or is no JSON, stays as it is.

    Amounts keep their value: a double holds 15 digits, and the organisation's have fewer.
    """
    if not 200 <= answer.status < 300:
        return answer
    try:
        document = json.loads(answer.body)
    except ValueError:
        return answer
    text = json.dumps(change(document), ensure_ascii=False, separators=(",", ":"))
    return answer.with_body(text.encode())
