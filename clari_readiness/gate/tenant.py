"""Recordings of a team's own Clari: scrubbed as they are written, replayed with settings under the same pseudonyms."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import msgspec

from clari_readiness.environments import Environment, ServiceAccount
from clari_readiness.errors import SettingsError
from clari_readiness.gate.naming import forecast_piece
from clari_readiness.scrubbing import Answer, Pseudonyms, Scrubber
from clari_readiness.scrubbing.headers import moment_of
from clari_readiness.validation import Contracts

if TYPE_CHECKING:
    from vcr.request import Request

SETTINGS = "settings.json"
"""The file beside the cassettes that holds what the settings are called in them."""

LEFT_OUT = ".left-out"
"""The suffix of the file that says what was not kept of a cassette; it is told, and never put in place."""


class Account(msgspec.Struct, frozen=True):
    """The service account under its pseudonyms."""

    user_id: int
    email: str


class RecordedSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the settings are called in the recordings, and a proof of which forecasts these are.

    The proof is slow to compute: who has only the recordings can hardly try names of forecasts until one fits.
    """

    forecasts: tuple[str, ...]
    service_account: Account | None
    salt: str
    proof: str

    @classmethod
    def of(cls, environment: Environment, pseudonyms: Pseudonyms) -> RecordedSettings:
        """Return what an environment's settings are called under pseudonyms."""
        own, salt = environment.service_account, pseudonyms.salt().hex()
        account = Account(pseudonyms.number(own.user_id), pseudonyms.email(own.email)) if own else None
        forecasts = tuple(map(pseudonyms.id, environment.forecasts))
        return cls(forecasts, account, salt, _proof(environment.forecasts, salt))

    def written(self) -> str:
        """Return the text of the file."""
        return json.dumps(msgspec.to_builtins(self), indent=1, sort_keys=True) + "\n"


def replayed(environment: Environment) -> Environment:
    """Return the environment as its recordings show it.

    Raises SettingsError when there are none, or they are those of other forecasts.
    """
    path = environment.recordings_directory / SETTINGS
    way_out = f"record it with `clari-readiness check --env={environment.name} --record-mode=rewrite`"
    try:
        said = msgspec.json.decode(path.read_bytes(), type=RecordedSettings)
    except OSError:
        raise SettingsError(f"{environment.name} was never recorded: there is no {path}", way_out=way_out) from None
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise SettingsError(f"{path} cannot be read: {error}", way_out=way_out) from error
    if said.proof != _proof(environment.forecasts, said.salt):
        raise SettingsError(
            f"{path.parent} holds recordings of other forecasts than env.{environment.name}.forecasts names",
            way_out=way_out,
        )
    own = said.service_account
    account = ServiceAccount(user_id=own.user_id, email=own.email) if own else None
    return environment.as_recorded(said.forecasts, account)


class Tenant:
    """Writes cassettes of a tenant's answers, as vcrpy wants it done: scrubbed, under names that tell no forecast."""

    def __init__(self, environment: Environment, key: bytes) -> None:
        self._pseudonyms = Pseudonyms(key)
        self._forecasts = environment.forecasts
        self._scrubber = Scrubber(
            self._pseudonyms,
            documented=environment.documented_url,
            contracts=Contracts(),
            amounts=environment.value_keys.values(),
        )
        self.settings = RecordedSettings.of(environment, self._pseudonyms)

    def cassette_of(self, piece: str) -> str:
        """Return the name of the cassette that holds a piece of evidence."""
        for forecast in self._forecasts:
            prefix = forecast_piece(forecast, "")
            if piece.startswith(prefix):
                return forecast_piece(self._pseudonyms.id(forecast), piece.removeprefix(prefix))
        return piece

    @staticmethod
    def load_cassette(path: str, serializer: Any) -> NoReturn:  # noqa: ARG004 - vcrpy calls it so
        """Say that there is no cassette: whatever is recorded is recorded anew."""
        from vcr.persisters.filesystem import CassetteNotFoundError  # noqa: PLC0415 - who records has vcrpy anyway

        raise CassetteNotFoundError

    def save_cassette(self, path: str, cassette: Mapping[str, Any], serializer: Any) -> None:
        """Write what may be kept of a cassette. Raises ReadinessError when nothing of it may."""
        left_out: dict[str, int] = {}
        kept = [
            self._kept(request, response, left_out)
            for request, response in zip(cassette["requests"], cassette["responses"], strict=True)
        ]
        document = {"version": 1, "interactions": kept, "metadata": _dated(cassette["metadata"], kept)}
        Path(path).write_text(serializer.serialize(document), encoding="utf-8")
        Path(path).with_suffix(LEFT_OUT).write_text(json.dumps(left_out), encoding="utf-8")

    def _kept(self, request: Request, response: Mapping[str, Any], left_out: dict[str, int]) -> dict[str, Any]:
        if request.body:
            raise SettingsError(
                f"{request.method} has a body, and no contract says what may be kept of it",
                way_out="record what is asked for with GET alone",
            )
        status, body = response["status"]["code"], response["body"]["string"]
        answer = Answer(request.method, request.uri, status, response["headers"], body)
        scrubbed = self._scrubber.scrubbed(answer)
        for path, times in scrubbed.left_out.items():
            left_out[path] = left_out.get(path, 0) + times
        return {
            "request": {
                "method": request.method,
                "uri": scrubbed.url,
                "headers": {"accept": ["application/json"]},
                "body": "",
            },
            "response": {
                "status": {"code": status, "message": _phrase(status)},
                "headers": scrubbed.headers,
                "body": {"string": scrubbed.body.decode("utf-8")},
            },
        }


def _dated(metadata: Mapping[str, Any], kept: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the metadata with the moments that the answers themselves give: the same answers make the same file."""
    dates = [date for each in kept for date in each["response"]["headers"].get("date", ())]
    moments = [moment for moment in map(moment_of, dates) if moment]
    if not moments:
        return dict(metadata)
    return {**metadata, "began": _written(min(moments)), "ended": _written(max(moments))}


def _written(moment: datetime) -> str:
    return moment.isoformat()


def _phrase(status: int) -> str:
    """Return the standard's words for a status: a server can write anything there."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _proof(forecasts: Sequence[str], salt: str) -> str:
    said = json.dumps(list(forecasts)).encode()
    return hashlib.scrypt(said, salt=bytes.fromhex(salt), n=2**14, r=8, p=1, dklen=32).hex()
