"""Clari's answers as evidence: each is asked for once in a run, and every check that uses one shows its requests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from clari_readiness.client import ClariClient, Exchange, Observer, Request, answers, endpoints
from clari_readiness.environments import Environment
from clari_readiness.errors import ClariError, NotVerified, ReadinessError, Refused, SecretError
from clari_readiness.gate.collect import Collector, Piece
from clari_readiness.gate.evidence import EvidenceLog
from clari_readiness.gate.exports import NO_SYNCHRONOUS, Exports
from clari_readiness.gate.naming import forecast_piece
from clari_readiness.model.calendar import Quarter
from clari_readiness.model.exports import Job, Limits

LEFT_OUT: Mapping[str, tuple[int, ...]] = MappingProxyType({"forecast": (404,), "audit_events": (403, 404)})
"""Contract -> the statuses with which a Clari says that it does not have such documents, or not for this user."""

UNKNOWN_FORECAST = "no_such_forecast_config"
"""The code that says of a forecast that there is none (F24), with whatever status: another address has none either."""


class Answers:
    """The pieces of evidence that Clari gives: `connect` opens a client, `cassette` replays or records, or neither.

    `exports` take the place of synchronous forecasts that this Clari does not have; None where none may be started.
    """

    def __init__(
        self,
        environment: Environment,
        collector: Collector,
        *,
        connect: Callable[[Observer], ClariClient],
        cassette: Callable[[str], AbstractContextManager[None]],
        exports: Exports | None,
    ) -> None:
        self._environment = environment
        self._collector = collector
        self._connect = connect
        self._cassette = cassette
        self._exports = exports

    def limits(self) -> Piece:
        """Return the answer of `GET /admin/limits` (F22)."""
        return self._ask("limits", endpoints.limits())

    def forecast_types(self) -> Piece:
        """Return the answer of `GET /forecast/types`, which only profile v1 has (F2)."""
        return self._ask("forecast_types", endpoints.forecast_types())

    def jobs(self) -> Piece:
        """Return the answer of `GET /export/jobs` (F7)."""
        return self._ask("jobs", endpoints.jobs())

    def account_events(self) -> Piece | None:
        """Return the newest audit events of the declared service account (F29); None where none is declared."""
        account = self._environment.service_account
        if account is None:
            return None
        return self._ask("account_events", endpoints.audit_events(actor_id=account.user_id))

    def forecast(self, forecast_id: str, quarter: Quarter) -> Piece:
        """Return the latest week of one quarter, with every configured type: the synchronous forecast (F21).

        Where this Clari has none, it is what an export holds. Raises NotVerified where no export can take its place.
        """
        piece = self._synchronous(forecast_id, str(quarter))
        if not _is_missing(piece):
            return piece
        if self._exports is None:
            raise NotVerified(f"{NO_SYNCHRONOUS}, and its place is taken by an export in no recording")
        instead = self._exports.piece(forecast_id, str(quarter), is_missing=self._has_none)
        return replace(instead, requests=(*piece.requests, *instead.requests))

    def _synchronous(self, forecast_id: str, time_period: str) -> Piece:
        types = self._environment.types_to_export
        request = endpoints.forecast(forecast_id, time_period=time_period, types=types)
        return self._ask(forecast_piece(forecast_id, time_period), request)

    def _has_none(self, forecast_id: str, time_period: str) -> bool:
        return _is_missing(self._synchronous(forecast_id, time_period))

    @property
    def profile(self) -> str:
        """Return the API profile, `v4` or `v1`."""
        return self._environment.api.profile

    def _ask(self, name: str, request: Request) -> Piece:
        def fetch(exchanges: list[Exchange]) -> Any:
            with self._cassette(name), self._connect(exchanges.append) as client:
                return client.send(request).document

        return self._collector.once(name, fetch)


class Clari:
    """The answers as one check uses them: parsed, and their requests noted as its evidence."""

    def __init__(self, all_answers: Answers, evidence: EvidenceLog) -> None:
        self._answers = all_answers
        self._evidence = evidence

    def limits(self) -> Limits:
        """Return the organisation's limits (F22). Raises the ClariError that came instead."""
        return answers.limits(self.document(self._answers.limits()))

    def jobs(self) -> list[Job]:
        """Return the jobs of the token's user (F7). Raises the ClariError that came instead."""
        return answers.jobs(self.document(self._answers.jobs()))

    def account_emails(self, user_id: int) -> frozenset[str]:
        """Return the e-mail addresses that Clari's audit events give for a user (F3), in lower case; none is unknown.

        Raises the ClariError that came instead of the events.
        """
        piece = self._answers.account_events()
        actors = answers.audit_page(self.document(piece)).actors if piece else ()
        found = (actor.get("email") for actor in actors if str(actor.get("actorId")) == str(user_id))
        return frozenset(email.lower() for email in found if isinstance(email, str))

    def forecast(self, forecast_id: str, quarter: Quarter) -> dict[str, Any]:
        """Return the latest week of a quarter (F21). Raises the ClariError that came instead, or NotVerified."""
        return answers.forecast(self.document(self._answers.forecast(forecast_id, quarter)))

    def forecast_types(self) -> list[Any]:
        """Return the types that profile v1 lists (F2). Raises the ClariError that came instead."""
        return answers.forecast_types(self.document(self._answers.forecast_types()))

    def documents(self, forecasts: Iterable[str], quarters: Sequence[Quarter]) -> Iterator[tuple[str, str, Any]]:
        """Yield every document that the gate reads: its contract, where it came from, and itself, as it came.

        A forecast that is to be had neither synchronously nor from an export is left out, and so are audit events that
        the token's user may not read. Raises the ClariError that came instead of any other.
        """
        pieces = [("limits", self._answers.limits()), ("jobs", self._answers.jobs())]
        events = self._answers.account_events()
        if events is not None:
            pieces.append(("audit_events", events))
        if self._answers.profile == "v1":
            pieces.append(("forecast_types", self._answers.forecast_types()))
        pieces += [("forecast", piece) for piece in self._forecasts(forecasts, quarters)]
        for contract, piece in pieces:
            try:
                yield contract, piece.name, self.document(piece)
            except Refused as refused:
                if refused.status not in LEFT_OUT.get(contract, ()):
                    raise
            except NotVerified:
                if contract != "forecast":
                    raise

    def _forecasts(self, forecasts: Iterable[str], quarters: Sequence[Quarter]) -> Iterator[Piece]:
        for forecast_id in forecasts:
            for quarter in quarters:
                with suppress(NotVerified):  # what can be compared is compared all the same
                    yield self._answers.forecast(forecast_id, quarter)

    def connection(self) -> Any:
        """Return the cheapest answer, read. Raises the ClariError that came instead."""
        return self.forecast_types() if self._answers.profile == "v1" else self.limits()

    def failure(self, ask: Callable[..., object], *args: Any) -> ClariError | None:
        """Return the ClariError that comes instead of an answer, or None when the answer comes."""
        try:
            ask(*args)
        except ClariError as error:
            return error
        return None

    def document(self, piece: Piece) -> Any:
        """Note the requests of a piece, and return its document or raise the error that came instead."""
        for request in piece.requests:
            self._evidence.requested(**request)
        return piece.value()


def _is_missing(piece: Piece) -> bool:
    """Tell whether this Clari has no synchronous forecast, as opposed to no such forecast."""
    try:
        piece.value()
    except Refused as refused:
        return refused.status == 404 and refused.code != UNKNOWN_FORECAST
    except ReadinessError:
        return False
    return False


def require_key(environment: Environment) -> None:
    """Raise NotVerified, with the one cause that all checks share, when the key's reference does not resolve."""
    try:
        environment.secret()
    except SecretError as error:
        raise NotVerified(f"CONN-02 failed: {error.message}", way_out=error.way_out) from error


def require_connection(clari: Clari, environment: Environment) -> None:
    """Raise NotVerified, with the one cause that all checks share, when there is no key or no Clari."""
    require_key(environment)
    failure = clari.failure(clari.connection)
    if failure is not None:
        raise NotVerified(f"CONN-01 failed: {failure.message}", way_out=failure.way_out) from failure
