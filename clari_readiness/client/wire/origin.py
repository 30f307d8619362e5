"""The one place where the key may go: scheme, host, port and base path."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import unquote

import httpx

from clari_readiness.errors import ForeignOrigin, SettingsError

_PORTS = {"http": 80, "https": 443}
_LABEL = re.compile(r"[A-Za-z0-9_-]{1,63}")


class Origin:
    """The base URL, and which URLs lie below it."""

    def __init__(self, base_url: str) -> None:
        url = parse(base_url.rstrip("/"))
        if not _is_plain(url):
            # A URL that is wrong may well be one with a password in it, so it is not shown.
            raise SettingsError(
                "base_url is not a plain http(s) URL: it needs a scheme and a host, and no user, query or fragment",
                way_out="write it like https://api.clari.com/v4",
            )
        self._base = url

    def __str__(self) -> str:
        return name_of(self._base)

    @property
    def secure(self) -> bool:
        """Return whether the key travels encrypted."""
        return self._base.scheme == "https"

    @property
    def host(self) -> str:
        """Return the host's name."""
        return _host(self._base)

    def resolve(self, path_or_url: str) -> httpx.URL:
        """Return the absolute URL of a path below the base, or of a URL that the server named.

        A URL of another scheme, host or port, or not below the base path, raises `ForeignOrigin`.
        """
        if path_or_url.startswith("/"):
            return httpx.URL(str(self._base) + path_or_url)
        url = parse(path_or_url)
        if not self._holds(url):
            raise ForeignOrigin(
                f"the answer links to {name_of(url)}, which is not below {self._base}: not followed, no key was sent",
                way_out="when a gateway of your own stands before Clari, let it rewrite the links in answers",
            )
        return url

    def is_same(self, url: httpx.URL) -> bool:
        """Tell whether scheme, host and port are the base URL's."""
        return _origin(url) == _origin(self._base)

    def join(self, location: str) -> httpx.URL:
        """Return where a redirect leads; an unreadable location is an empty URL."""
        try:
            return parse(str(self._base.join(location)))
        except httpx.InvalidURL:
            return httpx.URL()

    def _holds(self, url: httpx.URL) -> bool:
        # Some servers decode before they resolve dots, so dots count in either spelling.
        dots = {".", ".."} & set(unquote(url.path).replace("\\", "/").split("/"))
        below = f"{url.path}/".startswith(f"{self._base.path.rstrip('/')}/")
        return self.is_same(url) and not url.userinfo and below and not dots


def parse(text: str) -> httpx.URL:
    """Return the URL; an unreadable one is the empty URL."""
    try:
        return httpx.URL(text)
    except httpx.InvalidURL:
        return httpx.URL()


def name_of(url: httpx.URL) -> str:
    """Return scheme, host and port of a URL, and nothing of it that could be a secret."""
    host = _host(url)
    if not host:
        return "no readable host"
    port = "" if url.port is None else f":{url.port}"
    return f"{url.scheme}://[{host}]{port}" if ":" in host else f"{url.scheme}://{host}{port}"


def _is_plain(url: httpx.URL) -> bool:
    port = 1 if url.port is None else url.port
    decorated = url.userinfo or url.query or url.fragment
    return url.scheme in _PORTS and _is_host(_host(url)) and 0 < port < 65_536 and not decorated


def _is_host(text: str) -> bool:
    """Tell whether a name can be looked up at all: the system raises strange errors for some that cannot."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return len(text) <= 253 and all(_LABEL.fullmatch(label) for label in text.removesuffix(".").split("."))
    return True


def _host(url: httpx.URL) -> str:
    """Return the host as it is looked up. The readable spelling can look like another host, or not exist."""
    return url.raw_host.decode("ascii", "replace")


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, _host(url), _PORTS.get(url.scheme) if url.port is None else url.port
