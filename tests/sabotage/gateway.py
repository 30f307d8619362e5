"""A team's gateway in front of the simulator: TLS outside with a CA of its own, and every byte passed on."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

import trustme

_AT_ONCE = 65536


@contextmanager
def gateway(authority: trustme.CA, upstream: int, *, expired: datetime | None = None) -> Iterator[int]:
    """Listen on a port of loopback for `localhost`, pass everything on to the port `upstream`, and yield the port."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", not_after=expired).configure_cert(tls)
    loop, started = asyncio.new_event_loop(), threading.Event()
    thread = threading.Thread(target=_run, args=(loop, started), daemon=True)
    thread.start()
    started.wait()

    async def listen() -> asyncio.Server:
        return await asyncio.start_server(_passing_on_to(upstream), "127.0.0.1", 0, ssl=tls)

    server = asyncio.run_coroutine_threadsafe(listen(), loop).result()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _run(loop: asyncio.AbstractEventLoop, started: threading.Event) -> None:
    asyncio.set_event_loop(loop)
    loop.call_soon(started.set)
    loop.run_forever()


def _passing_on_to(port: int) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inside, outside = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_pass(reader, outside), _pass(inside, writer))

    return serve


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while chunk := await reader.read(_AT_ONCE):
            writer.write(chunk)
            await writer.drain()
    writer.close()
