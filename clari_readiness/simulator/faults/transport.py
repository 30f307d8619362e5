"""The way down to the socket: a server protocol that lets a fault end the connection with a reset."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import NoReturn

from starlette.types import Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

_TRANSPORT = "clari_readiness.transport"


class Ended(Exception):
    """The connection has ended: whatever else was going to happen to the request does not."""


BEFORE_RESET = "clari_readiness.before_reset"
"""Where in the scope a layer leaves what is to be called before a connection is reset."""


class ResettableProtocol(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, with the connection in reach of the application's scope."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the connection where each of its requests finds it."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, _TRANSPORT: transport}


async def reset(scope: Scope) -> NoReturn:
    """End the request's connection with a TCP reset: what was not sent yet is never sent. Raises Ended."""
    if BEFORE_RESET in scope:
        scope[BEFORE_RESET]()
    transport: asyncio.Transport = scope["state"][_TRANSPORT]
    connection = transport.get_extra_info("socket")
    # A linger time of zero seconds turns the close into a reset.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    await _noticed()
    raise Ended


async def close(scope: Scope) -> NoReturn:
    """End the request's connection in order, after all that was sent: the other side reads the end of the file.

    Raises Ended.
    """
    if BEFORE_RESET in scope:
        scope[BEFORE_RESET]()
    transport: asyncio.Transport = scope["state"][_TRANSPORT]
    transport.close()
    await _noticed()
    raise Ended


async def _noticed() -> None:
    # The server learns of the end in its next turn; until then it would take the silence for a crash of ours.
    await asyncio.sleep(0)
    await asyncio.sleep(0)


def is_gone(scope: Scope) -> bool:
    """Return whether the other side has ended the connection."""
    transport: asyncio.Transport = scope["state"][_TRANSPORT]
    return transport.is_closing()


async def drained(scope: Scope) -> None:
    """Wait until what was sent has left the process, or the other side has gone."""
    transport: asyncio.Transport = scope["state"][_TRANSPORT]
    while transport.get_write_buffer_size() and not transport.is_closing():
        await asyncio.sleep(0)
