"""A small HTTP server that does what a test tells it to, one connection for each request, on a real socket."""

import json
import random
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from clari_readiness.client import ClariClient, Exchange, connect
from clari_readiness.model.time import SteppedClock

Behaviour = Callable[[socket.socket, "Seen"], None]


@dataclass(frozen=True)
class Seen:
    """A request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def answer(document: Any = None, status: int = 200, *, body: bytes | None = None, **headers: str) -> Behaviour:
    """Answer whole, with a document as JSON or with a body as it is; `Retry_After="1"` is a header."""
    content = json.dumps(document).encode() if body is None else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named = {"Content-Type": "application/json", "Content-Length": str(len(content))} | named

    def act(connection: socket.socket, _seen: Seen) -> None:
        connection.sendall(head(status, named) + content)

    return act


def head(status: int, headers: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Status", "Connection: close", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def cut(status: int = 200, body: bytes = b'{"jobs": {"concurrent') -> Behaviour:
    """Promise a longer body than the one that is sent, and close."""

    def act(connection: socket.socket, _seen: Seen) -> None:
        connection.sendall(head(status, {"Content-Length": str(len(body) + 100)}) + body)

    return act


def reset(after: bytes = b"") -> Behaviour:
    """Reset the connection, after so many bytes of an answer."""

    def act(connection: socket.socket, _seen: Seen) -> None:
        connection.sendall(after)
        if after:
            time.sleep(0.05)  # a reset overtakes what the client has not read yet
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    return act


def close_without_answer(connection: socket.socket, _seen: Seen) -> None:
    """Read the request and hang up."""
    connection.shutdown(socket.SHUT_RDWR)


def raw(text: bytes) -> Behaviour:
    """Send these bytes, whatever they are."""

    def act(connection: socket.socket, _seen: Seen) -> None:
        connection.sendall(text)

    return act


def drip(first: bytes, drop: bytes = b" ", *, every: float = 0.02, seconds: float = 5.0) -> Behaviour:
    """Send the first bytes at once, and then one drop after the other."""

    def act(connection: socket.socket, _seen: Seen) -> None:
        connection.sendall(first)
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            connection.sendall(drop)
            time.sleep(every)

    return act


def hang(connection: socket.socket, _seen: Seen) -> None:
    """Never answer; the client hangs up first."""
    connection.settimeout(5)
    connection.recv(1)


@dataclass
class Server:
    """Acts out its script, one behaviour for each request; once it is over, every request is a 418."""

    script: list[Behaviour] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    shake_hands: Callable[[socket.socket], socket.socket] = field(default=lambda connection: connection, repr=False)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        self.base_url = f"{self.origin}/v4"
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def will(self, *behaviours: Behaviour) -> None:
        self.script.extend(behaviours)

    @property
    def targets(self) -> list[str]:
        return [seen.target for seen in self.seen]

    def stop(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        plain.settimeout(5)
        try:
            with plain, self.shake_hands(plain) as connection:
                seen = read_request(connection)
                with self._lock:
                    self.seen.append(seen)
                    act = self.script.pop(0) if self.script else answer({"message": "the script is over"}, 418)
                act(connection, seen)
        except OSError:
            pass  # the client hung up, which is what some tests are about


def read_request(connection: socket.socket) -> Seen:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65536)
        if not chunk:
            raise ConnectionError("nothing was asked")
        received += chunk
        if received.startswith(b"\x16"):
            # The beginning of TLS: servers of plain HTTP answer it with a 400 that no TLS client can read.
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
            raise ConnectionError("somebody speaks TLS")
    top, _, body = received.partition(b"\r\n\r\n")
    first, *lines = top.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    method, target, _ = first.split(" ")
    return Seen(method, target, headers, body)


@pytest.fixture
def act() -> SimpleNamespace:
    """What the server can be told to do."""
    return SimpleNamespace(
        answer=answer, cut=cut, reset=reset, close_without_answer=close_without_answer, raw=raw, drip=drip, hang=hang
    )


@pytest.fixture
def key() -> str:
    return "ck-live-7f3a9e51d2"


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.stop()


@pytest.fixture
def other_server() -> Iterator[Server]:
    """Somebody else, who must never see the key."""
    running = Server()
    yield running
    running.stop()


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(datetime(2026, 11, 21, 9, tzinfo=UTC))


@pytest.fixture
def exchanges() -> list[Exchange]:
    return []


@pytest.fixture
def reach(
    server: Server, key: str, clock: SteppedClock, exchanges: list[Exchange]
) -> Iterator[Callable[..., ClariClient]]:
    """Connect to the server with other options: the whole onion, on a clock that passes only while it is waited for."""
    with ExitStack() as stack:

        def connect_with(**options: Any) -> ClariClient:
            usual = {"base_url": server.base_url, "key": key, "clock": clock, "random": random.Random(7)}
            return stack.enter_context(connect(**(usual | {"on_exchange": exchanges.append} | options)))

        yield connect_with


@pytest.fixture
def client(reach: Callable[..., ClariClient]) -> ClariClient:
    return reach()
