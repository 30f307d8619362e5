"""What a listener saw: every request, whether the key was in it, and no credential."""

from __future__ import annotations

import threading
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote, unquote

from starlette.datastructures import Headers
from starlette.types import Receive, Scope

from clari_readiness.errors import ReadinessError
from clari_readiness.simulator.incoming import whole_body

_SHORTEST_KEY = 8
_PORTS = {"http": 80, "https": 443}
_CREDENTIALS = frozenset(
    {"apikey", "api-key", "x-api-key", "authorization", "proxy-authorization", "cookie", "partnerkey", "x-auth-token"}
)


@dataclass(frozen=True)
class Sighting:
    """One request to a listener.

    `target` is path and query, or what a proxy was asked for; `host` is that of the request's target or, where it has
    none, of its Host header, `port` likewise. Values of headers for credentials are `sha256:...`; the key is in nothing
    that is kept. `key_in` says where it was: "header", "target", "body".
    """

    method: str
    target: str
    host: str
    port: int | None
    headers: Mapping[str, str]
    body: str
    key_in: tuple[str, ...]

    @property
    def has_key(self) -> bool:
        """Return whether the key was anywhere in it."""
        return bool(self.key_in)


class Sightings:
    """What was seen so far, readable while the listener runs. `key` is what it looks for."""

    def __init__(self, key: str) -> None:
        if len(key) < _SHORTEST_KEY:
            raise ReadinessError(
                f"a key of {len(key)} characters would be found everywhere", way_out="use a longer one"
            )
        self._shapes = tuple(dict.fromkeys(_shapes(key)))
        self._seen: list[Sighting] = []
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<{len(self._seen)} sightings>"

    @property
    def all(self) -> tuple[Sighting, ...]:
        """Return the requests so far, in order."""
        with self._lock:
            return tuple(self._seen)

    async def see(self, scope: Scope, receive: Receive) -> Sighting:
        """Read a request whole and keep what may be kept of it."""
        body = (await whole_body(receive)).decode(errors="replace")
        path, query = scope["path"], _query(scope)
        target = path + query
        # What a client sends of its own accord can be anything, so each value is looked at, whatever its name.
        headers = Headers(scope=scope).items()
        places = (("header", [value for _, value in headers]), ("target", [target]), ("body", [body]))
        host, port = _authority(scope["method"], target, dict(headers).get("host", ""))
        sighting = Sighting(
            method=scope["method"],
            target=self._hidden(path) + self._hidden(query),
            host=self._hidden(host),
            port=port,
            headers={name: self._shown(name, value) for name, value in headers},
            body=self._hidden(body),
            key_in=tuple(place for place, texts in places if self._is_in(texts)),
        )
        with self._lock:
            self._seen.append(sighting)
        return sighting

    def _is_in(self, texts: Iterable[str]) -> bool:
        return any(shape in each for text in texts for each in (text, unquote(text)) for shape in self._shapes)

    def _shown(self, name: str, value: str) -> str:
        if name in _CREDENTIALS:
            return f"sha256:{sha256(value.encode()).hexdigest()}"
        return self._hidden(value)

    def _hidden(self, text: str) -> str:
        if not self._is_in((text,)):
            return text
        for shape in self._shapes:
            text = text.replace(shape, "[key]")
        # Some part of it was in a spelling of its own: better nothing than that.
        return "[key]" if self._is_in((text,)) else text


def _shapes(key: str) -> Iterable[str]:
    """Return the spellings in which a key travels: plain, in a URL, in base64 at each of the three alignments."""
    yield key
    yield quote(key)
    yield quote(key, safe="")
    for before, first in enumerate((0, 2, 3)):
        # The characters that depend on what stands before or behind the key are left out.
        whole = b"\0" * before + key.encode()
        yield b64encode(whole).decode()[first : len(whole) * 8 // 6]


def _authority(method: str, target: str, host: str) -> tuple[str, int | None]:
    scheme, absolute, after = target.partition("://")
    authority = target if method == "CONNECT" else after.partition("/")[0] if absolute else host
    authority = authority.rpartition("@")[2]
    name, separator, port = authority.rpartition(":")
    if separator and port.isascii() and port.isdigit():
        return name.strip("[]"), int(port)
    return authority.strip("[]"), _PORTS.get(scheme)


def _query(scope: Scope) -> str:
    query = scope["query_string"].decode("latin-1")
    return f"?{query}" if query else ""
