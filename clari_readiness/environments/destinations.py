"""Where alerts go: addresses that hold tokens, and what may be said of them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from clari_readiness.errors import SecretError
from clari_readiness.secrets import SCHEMES, Secret

_URL = re.compile(r"([a-z][a-z0-9+.-]*)://\S")
_SHORTEST = 6  # of a part of an address that could be a token
_OPEN = frozenset({"smtp", "from", "name", "to", "cc", "mode", "format", "verify"})  # what a query may tell of itself


@dataclass(frozen=True)
class Destination:
    """One entry of `alerts.to`.

    `name` may be shown ("alerts.to[0] (slack)"), `url` never: it is None when the reference does not resolve, and
    `problem` says why. `key` stays the same as long as the settings say the same, `mark` as long as the address is the
    same; neither leads back to it.
    """

    name: str
    key: str
    url: Secret | None = field(default=None, repr=False)
    mark: str = ""
    problem: str = ""


def destinations(written: Iterable[str], resolve: Callable[[str], Secret], salt: str) -> tuple[Destination, ...]:
    """Return the destinations in their order; `resolve` is asked for what is a reference, and may raise SecretError."""
    return tuple(_destination(place, text, resolve, salt) for place, text in enumerate(written))


def secrets_of(destination: Destination) -> Iterator[str]:
    """Yield what must not be shown of an address: all of it, and each part that could be a token."""
    if destination.url is None:
        return
    url = destination.url.reveal()
    yield url
    for part in _parts(url):
        if len(part) >= _SHORTEST:
            yield from {part, unquote(part)}


def _destination(place: int, text: str, resolve: Callable[[str], Secret], salt: str) -> Destination:
    name, scheme = f"alerts.to[{place}]", text.partition("://")[0]
    key = _fingerprint(text, salt)
    if scheme not in SCHEMES:
        return _known(name, key, Secret(text, reference=name, where="the settings"), salt)
    try:
        url = resolve(text)
    except SecretError as error:
        return Destination(f"{name} ({scheme})", key, problem=str(error))
    if not _URL.match(url.reveal()):
        problem = f"the value of {url.where} is no address such as slack://... or mailtos://..."
        return Destination(f"{name} ({scheme})", key, problem=problem)
    return _known(name, key, url, salt)


def _known(name: str, key: str, url: Secret, salt: str) -> Destination:
    scheme = url.reveal().partition("://")[0]
    return Destination(f"{name} ({scheme})", key, url, _fingerprint(url.reveal(), salt))


def _fingerprint(text: str, salt: str) -> str:
    """Return what only the same text gives; slowly, since passwords in addresses can be guessed and keys cannot."""
    return hashlib.scrypt(text.encode(), salt=salt.encode(), n=2**12, r=8, p=1, dklen=16).hex()


def _parts(url: str) -> Iterator[str]:
    """Yield user, password, path segments and values of the query; hosts and addresses of people are no secret."""
    try:
        parts = urlsplit(url)
        user, password, port = parts.username, parts.password, parts.port
    except ValueError:
        return
    rest = url.partition("://")[2].partition("?")[0].rpartition("@")[2]
    yield from (part for part in (user, password, *rest.split("/")[1:]) if part and "@" not in part)
    yield from (value for name, value in parse_qsl(parts.query) if name not in _OPEN)
    if port is None and "." not in rest.partition("/")[0]:  # slack://TOKEN/TOKEN/TOKEN has one where others have a host
        yield rest.partition("/")[0]
