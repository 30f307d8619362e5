"""Recorded answers: one cassette for each piece of evidence, scrubbed, and marked with its origin and its time.

A cassette belongs to the piece of evidence that it holds, not to the test that asked first: otherwise order, `-k` and
`-n` would decide who owns a recording. Addresses are written as the documented ones, so that a recording does not tell
where it was made.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType, ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any, Literal, cast

from clari_readiness.errors import NotVerified, ReadinessError
from clari_readiness.gate.tenant import SETTINGS, Tenant
from clari_readiness.redact import Redactor

if TYPE_CHECKING:  # vcrpy takes a tenth of a second to import, and who only asks when a cassette was made needs none
    from vcr import VCR
    from vcr.errors import CannotOverwriteExistingCassetteException
    from vcr.request import Request

Origin = Literal["simulator", "tenant"]

_ORIGINS: Mapping[str, Origin] = MappingProxyType({"simulator": "simulator", "tenant": "tenant"})

_A_DAY = timedelta(days=1)

KEPT_REQUEST_HEADERS = ("accept", "content-type")
KEPT_RESPONSE_HEADERS = ("content-type", "date", "retry-after")
FORMAT = SimpleNamespace(
    serialize=lambda cassette: json.dumps(cassette, indent=1, ensure_ascii=False, sort_keys=True) + "\n",
    deserialize=json.loads,
)


@dataclass(frozen=True)
class Made:
    """When a cassette was made by Clari's clock, from its first request to its last, and from what."""

    origin: Origin
    began: datetime
    ended: datetime


@dataclass(frozen=True)
class Scrubbing:
    """What recording replaces: the address that was asked, by the documented one, and secrets."""

    endpoint: str
    documented: str
    redactor: Redactor

    def request(self, request: Request) -> Request:
        """Return the request as it is kept and matched: without key, host or any header but the allowed ones."""
        request.uri = self.redactor.text(self._address(request.uri))
        request.headers = {k: v for k, v in request.headers.items() if k.lower() in KEPT_REQUEST_HEADERS}
        return request

    def response(self, response: dict[str, Any]) -> dict[str, Any]:
        """Return the response as it is kept."""
        body = response["body"]["string"]
        text = body.decode("utf-8") if isinstance(body, bytes) else body
        headers = {k.lower(): v for k, v in response["headers"].items() if k.lower() in KEPT_RESPONSE_HEADERS}
        kept = self.redactor.text(self._address(text))
        return {**response, "headers": headers, "body": {"string": kept.encode("utf-8")}}

    def whole(self, response: dict[str, Any]) -> dict[str, Any]:
        """Return the response with all that a tenant's scrubbing looks at, but without key and host."""
        body = response["body"]["string"].replace(self.endpoint.encode(), self.documented.encode())
        return {**response, "body": {"string": self.redactor.raw(body)}}

    def _address(self, text: str) -> str:
        return text.replace(self.endpoint, self.documented)


@dataclass(frozen=True)
class Proof:
    """What recordings must be to prove anything: `wanted` of this origin, and a tenant's at most so many days old.

    Age is measured on the real clock, `now`; recordings of a simulator have none.
    """

    most: int
    now: Callable[[], datetime]
    wanted: Origin | None = None

    def require(self, name: str, made: Made, way_out: str) -> None:
        """Raise NotVerified for a recording that proves nothing, or nothing any more, or comes from the future."""
        when, age = f"{name} was recorded from a {made.origin} on {made.ended:%Y-%m-%d}", self.now() - made.ended
        if self.wanted not in (None, made.origin):
            raise NotVerified(f"{when}, and not from a {self.wanted}", way_out=way_out)
        if made.origin != "tenant" or -_A_DAY < age <= timedelta(days=self.most):
            return
        if age < timedelta(0):
            raise NotVerified(f"{when}, which is in the future", way_out="set this machine's clock, or record again")
        raise NotVerified(f"{when}, {age.days} days ago; max_recording_age is {self.most} days", way_out=way_out)


class Recordings:
    """The cassettes of a directory, for replaying or, with `now`, for recording.

    `now` is the clock of what is recorded, `tenant` what scrubs it where it is a tenant's, `proof` what it must be to
    be replayed, and `command` how to record again. Replaying never reaches for the network: a request that nobody
    recorded is NotVerified.
    """

    def __init__(
        self,
        directory: Path,
        *,
        scrubbing: Scrubbing,
        origin: Origin = "simulator",
        now: Callable[[], datetime] | None,
        tenant: Tenant | None = None,
        proof: Proof | None = None,
        command: str = "clari-readiness check --env=simulated --record-mode=rewrite",
    ) -> None:
        self._directory = directory
        self._scrubbing = scrubbing
        self._origin = origin
        self._now = now
        self._tenant = tenant
        self._proof = proof
        self._way_out = f"record it with `{command}`"

    @contextmanager
    def cassette(self, name: str) -> Iterator[None]:
        """Replay or record whatever is sent inside; a new recording replaces the one of that name."""
        from vcr.errors import CannotOverwriteExistingCassetteException  # noqa: PLC0415 - see above

        path = self._directory / f"{self._tenant.cassette_of(name) if self._tenant else name}.json"
        if self._now is None:
            self._require(name, path)
        else:
            self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.unlink(missing_ok=True)
        with self._vcr().use_cassette(str(path)) as cassette:
            if self._now is not None:
                cassette.get_metadata("origin", self._origin)
                cassette.get_metadata("began", self._now().isoformat())
            try:
                yield
            except CannotOverwriteExistingCassetteException as error:
                raise self._unrecorded(error) from None
            if self._now is not None:
                cassette.get_metadata("ended", self._now().isoformat())

    def made(self, name: str) -> Made:
        """Return when and from what a cassette was made. Raises ReadinessError when it does not say."""
        return _made(self._directory / f"{name}.json")

    def names(self) -> tuple[str, ...]:
        """Return the names of the cassettes that are there."""
        return tuple(sorted(path.stem for path in self._directory.glob("*.json") if path.name != SETTINGS))

    def moment(self) -> datetime:
        """Return the moment of the recordings: the end of the newest one, by Clari's clock."""
        names = self.names()
        if not names:
            raise ReadinessError(f"{self._directory} holds no cassette", way_out="restore it from version control")
        return max(self.made(name).ended for name in names)

    def answers(self) -> Iterator[tuple[str, str, str, int, Any]]:
        """Yield every recorded answer: cassette, method, URL, status, and its JSON (or its text where it is none)."""
        for name in self.names():
            for interaction in _read(self._directory / f"{name}.json")["interactions"]:
                request, response = interaction["request"], interaction["response"]
                text = response["body"]["string"]
                yield name, request["method"], request["uri"], response["status"]["code"], _document(text)

    def _vcr(self) -> VCR:
        from vcr import VCR  # noqa: PLC0415 - see above
        from vcr.record_mode import RecordMode  # noqa: PLC0415 - see above

        vcr = VCR(
            serializer="readable",
            record_mode=RecordMode.NONE if self._now is None else RecordMode.NEW_EPISODES,
            match_on=("method", "scheme", "host", "port", "path", "query", "json"),
            before_record_request=self._scrubbing.request,
            before_record_response=self._scrubbing.whole if self._tenant else self._scrubbing.response,
            decode_compressed_response=True,
        )
        vcr.register_serializer("readable", cast("ModuleType", FORMAT))
        vcr.register_matcher("json", _same_body)
        if self._tenant is not None:
            vcr.register_persister(self._tenant)
        return vcr

    def _require(self, name: str, path: Path) -> None:
        """Raise NotVerified for a cassette that is not there, or is too old."""
        if not path.is_file():
            raise NotVerified(
                f"nobody recorded {name}: there is no {path.name} among the cassettes", way_out=self._way_out
            )
        if self._proof is not None:
            self._proof.require(name, _made(path), self._way_out)

    def _unrecorded(self, error: CannotOverwriteExistingCassetteException) -> NotVerified:
        request: Request = error.failed_request
        return NotVerified(
            f"nobody recorded {request.method} {request.uri} with this body",
            way_out=f"settings and recordings do not belong together: {self._way_out}",
        )


def _same_body(one: Request, other: Request) -> None:
    """Compare request bodies as JSON: another POST must never be answered with an old recording."""
    if _document(one.body) != _document(other.body):
        raise AssertionError("another request body")  # how vcr's matchers say no


def _document(text: str | bytes | None) -> Any:
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text if isinstance(text, str) else text.decode("utf-8", "replace")


def _read(path: Path) -> dict[str, Any]:
    try:
        cassette: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ReadinessError(f"{path} is not a cassette: {error}", way_out="record it again") from error
    return cassette


def _made(path: Path) -> Made:
    said = _read(path).get("metadata", {})
    try:
        began, ended = datetime.fromisoformat(said["began"]), datetime.fromisoformat(said["ended"])
        return Made(_ORIGINS[said["origin"]], began, ended)
    except (KeyError, TypeError, ValueError) as error:
        raise ReadinessError(
            f"{path} does not say when and from what it was made", way_out="record it again"
        ) from error
