"""A team's gateway in front of the simulator: TLS outside with a CA of its own, and every byte passed on."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial

import trustme

_AT_ONCE = 65536


@contextmanager
def gateway(authority: trustme.CA, upstream: int, *, expired: datetime | None = None) -> Iterator[int]:
    """Listen on a port of loopback for `localhost`, pass everything on to the port `upstream`, and yield the port."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", not_after=expired).configure_cert(tls)
    listening: Future[tuple[int, Callable[[], object]]] = Future()
    thread = threading.Thread(target=lambda: asyncio.run(_listen(tls, upstream, listening)), daemon=True)
    thread.start()
    port, stop = listening.result()
    try:
        yield port
    finally:
        stop()
        thread.join()


async def _listen(tls: ssl.SSLContext, upstream: int, listening: Future[tuple[int, Callable[[], object]]]) -> None:
    loop, told_to_stop = asyncio.get_running_loop(), asyncio.Event()
    server = await asyncio.start_server(_passing_on_to(upstream), "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    listening.set_result((port, partial(loop.call_soon_threadsafe, told_to_stop.set)))
    await told_to_stop.wait()
    server.close()


def _passing_on_to(port: int) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inside, outside = await asyncio.open_connection("127.0.0.1", port)
        try:
            await asyncio.gather(_pass(reader, outside), _pass(inside, writer))
        except asyncio.CancelledError:
            for each in (outside, writer):
                each.transport.abort()

    return serve


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while chunk := await reader.read(_AT_ONCE):
            writer.write(chunk)
            await writer.drain()
    writer.close()
