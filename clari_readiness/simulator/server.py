"""The socket and the thread: a server that listens on loopback alone, starts at once and stops cleanly."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import threading

import uvicorn
from starlette.types import ASGIApp

from clari_readiness.errors import ReadinessError
from clari_readiness.simulator.faults.transport import ResettableProtocol

HOST = "127.0.0.1"
_PATIENCE = 10.0
_GRACE = 1.0


class Server:
    """A uvicorn server in a thread of its own."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._socket = _listening(port)
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            app,
            interface="asgi3",
            http=ResettableProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level=logging.CRITICAL,
            access_log=False,
            date_header=False,
            server_header=False,
        )
        self._server = _PromptServer(config)
        self._thread = threading.Thread(target=self._serve, name="clari-simulator", daemon=True)

    def start(self) -> None:
        """Return as soon as requests are answered."""
        self._thread.start()
        if not self._server.ready.wait(_PATIENCE):
            raise ReadinessError(f"the simulator did not start on port {self.port}", way_out="try another port")

    def stop(self) -> None:
        """Return when the port is closed and every request in hand has ended."""
        self._server.end()
        self._thread.join(_PATIENCE)
        self._socket.close()

    def _serve(self) -> None:
        self._server.run(sockets=[self._socket])


class _PromptServer(uvicorn.Server):
    """uvicorn's server, but for its ticks: it ends when it is told to, not up to 0.2 s later."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def main_loop(self) -> None:
        """Wait until `end` is called."""
        self._loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        self.ready.set()
        await self._ended.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, let the requests in hand finish, and cut those that do not."""
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=_GRACE)
        for connection in list(self.server_state.connections):
            connection.transport.abort()

    def end(self) -> None:
        """End the server, from any thread."""
        if self.ready.wait(_PATIENCE):
            self._loop.call_soon_threadsafe(self._ended.set)


def _listening(port: int) -> socket.socket:
    # The protocol is named because asyncio turns Nagle's algorithm off only where it is: 40 ms an answer otherwise.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(128)
    except (OSError, OverflowError) as problem:
        listener.close()
        taken = isinstance(problem, OSError) and problem.errno == errno.EADDRINUSE
        why = "something else listens there" if taken else f"it cannot be opened: {problem}"
        raise ReadinessError(
            f"the simulator cannot use port {port} of {HOST}: {why}", way_out="name another port, or 0 for a free one"
        ) from problem
    return listener
