"""The outermost layer: it reads each request whole, lets it through, and writes down what became of it."""

from __future__ import annotations

from dataclasses import replace
from email.utils import format_datetime

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clari_readiness.simulator.clock import Clock
from clari_readiness.simulator.faults.matching import noted
from clari_readiness.simulator.faults.transport import BEFORE_RESET
from clari_readiness.simulator.incoming import whole_body
from clari_readiness.simulator.journal import QUEUED_JOB, Journal, Line, kept_headers, kept_of_answer
from clari_readiness.simulator.keys import Keys, any_key


class Recording:
    """Writes a line of the journal for each request, after its answer or after the fault that took it."""

    def __init__(self, app: ASGIApp, journal: Journal, keys: Keys, clock: Clock) -> None:
        self._app = app
        self._journal = journal
        self._keys = keys
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, and write its line before the end of its answer leaves."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = await whole_body(receive)
        arrival = self._arrival(scope, body)
        started: list[Message] = []

        async def seen(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = self._dated(message)
                started.append(message)
            # Before the end can be seen outside: whoever has the answer, or the reset, finds the line.
            if _is_last(message, started[0]):
                self._end(scope, arrival, started[0])
            await send(message)

        scope[BEFORE_RESET] = lambda: self._end(scope, arrival, None)
        await self._app(scope, _replayed(body, receive), seen)

    def _dated(self, start: Message) -> Message:
        """Return the beginning of an answer with a date, also where a fault answers: Retry-After is read against it."""
        if any(name.lower() == b"date" for name, _ in start["headers"]):
            return start
        date = format_datetime(self._clock.now(), usegmt=True).encode()
        return {**start, "headers": [*start["headers"], (b"date", date)]}

    def _end(self, scope: Scope, arrival: Line, start: Message | None) -> None:
        self._journal.append(
            replace(
                arrival,
                status=start["status"] if start else None,
                fault=noted(scope),
                ended=self._clock.monotonic(),
                answered=kept_of_answer(Headers(raw=start["headers"])) if start else {},
                queued=scope.get(QUEUED_JOB),
            )
        )

    def _arrival(self, scope: Scope, body: bytes) -> Line:
        headers = Headers(scope=scope)
        sent = any_key(headers)

        def hidden(text: str) -> str:
            return self._keys.hidden(text, sent=sent)

        user = self._keys.user(sent)
        return Line(
            number=self._journal.next_number(),
            at=self._clock.now().isoformat(),
            method=scope["method"],
            path=hidden(scope["path"]),
            query=hidden(scope["query_string"].decode("latin-1")),
            headers={name: hidden(value) for name, value in kept_headers(headers).items()},
            key=self._keys.named(sent),
            user=user.user_id if user else None,
            body=hidden(body.decode(errors="replace")),
            arrived=self._clock.monotonic(),
        )


def _is_last(message: Message, start: Message) -> bool:
    """Return whether a client has the whole answer with this message: an empty one with its headers."""
    is_empty = Headers(raw=start["headers"]).get("content-length") == "0"
    if message["type"] == "http.response.start":
        return is_empty
    return message["type"] == "http.response.body" and not message.get("more_body") and not is_empty


def _replayed(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again
