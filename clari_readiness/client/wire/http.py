"""HTTP: one request over the wire, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx

from clari_readiness import __version__
from clari_readiness.client.landing import land
from clari_readiness.client.refusals import refusal
from clari_readiness.client.transport import Deadline, Exchange, Observer, Request, Response
from clari_readiness.client.wire.bodies import beginning, decode, refuse_error, whole
from clari_readiness.client.wire.failures import translate
from clari_readiness.client.wire.key import Key, Profile
from clari_readiness.client.wire.network import proxy_for, transport
from clari_readiness.client.wire.origin import Origin, name_of
from clari_readiness.client.wire.sockets import BoundedBackend, bounded_by
from clari_readiness.errors import ForeignOrigin, ReadinessError, Refused
from clari_readiness.model.time import Clock, SystemClock


@dataclass(frozen=True)
class Patience:
    """How long one step on the wire may take, in seconds; the call's deadline bounds all of them together."""

    connect: float = 10.0
    silence: float = 30.0


class HTTP:
    """Sends one request and reads its answer. It never follows a redirect, and sends the key to one origin only.

    An answer that is not of 2xx is a `Refused`; `Unreachable`, `AnswerLost`, `Unreadable` and `DeadlineExceeded` say
    what else can happen, `ForeignOrigin` that the request or a redirect led elsewhere. `clock` dates the exchanges,
    `machine` times the sockets.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        profile: Profile = "v4",
        clock: Clock,
        machine: Clock | None = None,
        ca_file: Path | None = None,
        on_exchange: Observer | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._origin = Origin(base_url)
        self._key = Key(key, profile)
        self._clock = clock
        self._machine = machine or SystemClock()
        self._on_exchange = on_exchange
        self._patience = patience or Patience()
        proxy = proxy_for(self._origin)
        self._transport = transport(self._origin, proxy=proxy, ca_file=ca_file)
        self._via = name_of(httpx.URL(proxy)) if proxy else ""
        # httpx has no argument for it, and no other way to keep a deadline while headers come in drops. A release that
        # renames it fails the tests, and pyproject.toml holds httpx below the next one.
        self._transport._pool._network_backend = BoundedBackend()

    def __repr__(self) -> str:
        return f"HTTP({self._origin})"

    def send(self, request: Request, deadline: Deadline) -> Response:
        """Send once. The answer's body is in memory, decoded, or in the request's sink."""
        url = self._origin.resolve(request.path_or_url)
        if request.params:
            url = url.copy_merge_params(request.params)
        sent = _Sent(request, url, self._machine.monotonic())
        outcome: Response | ReadinessError
        try:
            with bounded_by(deadline):
                outcome = self._exchange(sent)
        except httpx.HTTPError as error:
            outcome = translate(
                error, what=sent.what, host=self._origin.host, via=self._via, status=sent.status, deadline=deadline
            )
        except ReadinessError as error:
            outcome = error
        if isinstance(outcome, ReadinessError):
            # Whatever words of others are in it: a proxy's, a library's.
            outcome.message = self._key.hide(outcome.message)
            outcome.args = (outcome.message, outcome.way_out)
        self._observe(sent, outcome)
        # Raised outside the handlers: a chain of httpx's errors would carry the key in the variables of its frames.
        if isinstance(outcome, ReadinessError):
            raise outcome
        return outcome

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def _exchange(self, sent: _Sent) -> Response:
        answer = self._transport.handle_request(self._build(sent))
        try:
            sent.status = answer.status_code
            if not answer.is_success:
                raise self._refusal(answer, sent)
            return self._read(answer, sent)
        finally:
            answer.close()

    def _build(self, sent: _Sent) -> httpx.Request:
        request, patience = sent.request, self._patience
        wanted = "application/json" if request.sink is None else "application/json, text/csv, */*;q=0.1"
        headers = {"Accept": wanted, "Accept-Encoding": "gzip, deflate", "User-Agent": f"clari-readiness/{__version__}"}
        timeout = httpx.Timeout(patience.silence, connect=patience.connect, pool=patience.connect)
        outgoing = httpx.Request(
            request.method, sent.url, headers=headers, json=request.json, extensions={"timeout": timeout.as_dict()}
        )
        self._key.show(outgoing.headers)
        return outgoing

    def _read(self, answer: httpx.Response, sent: _Sent) -> Response:
        landed, body, document = None, b"", None
        if sent.request.sink is not None:
            judge = partial(refuse_error, what=sent.what, status=answer.status_code)
            landed = land(whole(answer), sent.request.sink, judge=judge)
        else:
            body = self._key.hide_in(b"".join(whole(answer)))
            document = decode(body, what=sent.what, status=answer.status_code)
        headers = {name: self._key.hide(value) for name, value in answer.headers.items()}
        return Response(answer.status_code, headers, body, self._seconds(sent), self._shown(sent.url), document, landed)

    def _refusal(self, answer: httpx.Response, sent: _Sent) -> ReadinessError:
        location = answer.headers.get("Location")
        if answer.is_redirect and location is not None:
            return self._redirected(answer.status_code, location, sent)
        body = self._key.hide_in(beginning(answer))
        retry_after = self._key.hide(answer.headers.get("Retry-After", "")) or None
        return refusal(sent.what, answer.status_code, body, retry_after=retry_after)

    def _redirected(self, status: int, location: str, sent: _Sent) -> ReadinessError:
        target = self._origin.join(location)
        if self._origin.is_same(target):
            return Refused(
                sent.what,
                status=status,
                detail=f"redirects to {self._key.hide(target.path)}",
                way_out="redirects are not followed: set base_url to where the API is",
            )
        return ForeignOrigin(
            f"{sent.what}: HTTP {status} redirects to {name_of(target)}: not followed, no key was sent",
            way_out=f"set base_url to where the API is, or find out who answers for {self._origin}",
        )

    def _observe(self, sent: _Sent, outcome: Response | ReadinessError) -> None:
        if self._on_exchange is None:
            return
        error = outcome.message if isinstance(outcome, ReadinessError) else ""
        request, url, at = sent.request, self._shown(sent.url), self._clock.now()
        self._on_exchange(Exchange(request.method, url, sent.status, error, self._seconds(sent), request.attempt, at))

    def _seconds(self, sent: _Sent) -> float:
        return self._machine.monotonic() - sent.began

    def _shown(self, url: httpx.URL) -> str:
        return self._key.hide(str(url))


@dataclass
class _Sent:
    """A request on its way, and how far it came."""

    request: Request
    url: httpx.URL
    began: float
    status: int | None = None

    @property
    def what(self) -> str:
        """Name the request for people: method and address, without the query."""
        return f"{self.request.method} {name_of(self.url)}{self.url.path}"
