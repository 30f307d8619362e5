"""Clari's answers as evidence: each is asked for once in a run, and every check that uses one shows its requests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

from clari_readiness.client import ClariClient, Exchange, Observer, Request, answers, endpoints
from clari_readiness.environments import Environment
from clari_readiness.errors import ClariError, NotVerified, Refused, SecretError
from clari_readiness.gate.collect import Collector, Piece
from clari_readiness.gate.evidence import EvidenceLog
from clari_readiness.model.calendar import Quarter
from clari_readiness.model.exports import Job, Limits

NOT_FOUND = 404


class Answers:
    """The pieces of evidence that Clari gives: `connect` opens a client, `cassette` replays or records, or neither."""

    def __init__(
        self,
        environment: Environment,
        collector: Collector,
        *,
        connect: Callable[[Observer], ClariClient],
        cassette: Callable[[str], AbstractContextManager[None]],
    ) -> None:
        self._environment = environment
        self._collector = collector
        self._connect = connect
        self._cassette = cassette

    def limits(self) -> Piece:
        """Return the answer of `GET /admin/limits` (F22)."""
        return self._ask("limits", endpoints.limits())

    def forecast_types(self) -> Piece:
        """Return the answer of `GET /forecast/types`, which only profile v1 has (F2)."""
        return self._ask("forecast_types", endpoints.forecast_types())

    def jobs(self) -> Piece:
        """Return the answer of `GET /export/jobs` (F7)."""
        return self._ask("jobs", endpoints.jobs())

    def forecast(self, forecast_id: str, quarter: Quarter) -> Piece:
        """Return the synchronous forecast of one quarter, with every configured type (F21)."""
        types = self._environment.types_to_export
        request = endpoints.forecast(forecast_id, time_period=str(quarter), types=types)
        return self._ask(forecast_piece(forecast_id, str(quarter)), request)

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

    def forecast(self, forecast_id: str, quarter: Quarter) -> dict[str, Any]:
        """Return the synchronous forecast of a quarter (F21). Raises the ClariError that came instead."""
        return answers.forecast(self.document(self._answers.forecast(forecast_id, quarter)))

    def forecast_types(self) -> list[Any]:
        """Return the types that profile v1 lists (F2). Raises the ClariError that came instead."""
        return answers.forecast_types(self.document(self._answers.forecast_types()))

    def documents(self, forecasts: Iterable[str], quarters: Sequence[Quarter]) -> Iterator[tuple[str, str, Any]]:
        """Yield every document that the gate reads: its contract, where it came from, and itself, as it came.

        A synchronous forecast that this Clari does not have (F21, 404) is left out. Raises the ClariError that came
        instead of any other.
        """
        pieces = [("limits", self._answers.limits()), ("jobs", self._answers.jobs())]
        if self._answers.profile == "v1":
            pieces.append(("forecast_types", self._answers.forecast_types()))
        for forecast_id in forecasts:
            pieces += [("forecast", self._answers.forecast(forecast_id, quarter)) for quarter in quarters]
        for contract, piece in pieces:
            try:
                yield contract, piece.name, self.document(piece)
            except Refused as refused:
                if contract != "forecast" or refused.status != NOT_FOUND:
                    raise

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


def forecast_piece(forecast_id: str, time_period: str) -> str:
    """Return the name of the piece of evidence that holds a synchronous forecast."""
    return f"forecast.{_file_name(forecast_id)}.{time_period}"


def _file_name(forecast_id: str) -> str:
    """Return the id as a part of a file's name; two ids never share one."""
    return "".join(letter if letter.isalnum() or letter in "_-" else f"%{ord(letter):x}" for letter in forecast_id)
