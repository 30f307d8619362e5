"""Requests, as they come in."""

from __future__ import annotations

from starlette.types import Receive


async def whole_body(receive: Receive) -> bytes:
    """Return the body of a request when all of it has come, or all that came before the client went away."""
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return b"".join(parts)
