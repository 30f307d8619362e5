"""Addresses, in requests and in answers: host, ids and parameters that nobody allowed are not the tenant's any more."""

from __future__ import annotations

from collections import Counter
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from clari_readiness.errors import ReadinessError
from clari_readiness.scrubbing.pseudonyms import Pseudonyms
from clari_readiness.scrubbing.surfaces import PARAMETERS, Surface, surface_of


class Addresses:
    """Rewrites addresses; `documented` is the base URL that the API's documentation gives, and the only one kept."""

    def __init__(self, pseudonyms: Pseudonyms, *, documented: str, left_out: Counter[str]) -> None:
        self._pseudonyms = pseudonyms
        self._documented = documented
        self._left_out = left_out

    def below(self, url: str) -> str:
        """Return the path below the base URL, as it was asked for; the whole path where that is another's."""
        path = urlsplit(url).path
        base = urlsplit(self._documented).path
        return path.removeprefix(base) if self._is_ours(url) else path

    def requested(self, url: str, surface: Surface) -> str:
        """Return the address of a request to an endpoint."""
        return self._documented + self._path(self.below(url), surface) + self._query(url)

    def linked(self, url: str) -> str:
        """Return an address inside a document; what is none becomes any other text."""
        scheme, separator, rest = url.partition("://")
        if scheme not in ("http", "https") or not separator:
            return self._pseudonyms.text(url)
        if not self._is_ours(url):
            host, _, path = rest.partition("/")
            return f"{scheme}://{self._pseudonyms.host(host)}/{self._pseudonyms.id(path)}"
        below = self.below(url)
        try:
            return self.requested(url, surface_of("GET", below))
        except ReadinessError:
            return f"{self._documented}/{self._pseudonyms.id(below)}"

    def _is_ours(self, url: str) -> bool:
        return url == self._documented or url.startswith((f"{self._documented}/", f"{self._documented}?"))

    def _path(self, below: str, surface: Surface) -> str:
        match = surface.path.fullmatch(below)
        if match is None or not match.groups():
            return below
        start, end = match.span(1)
        return below[:start] + quote(self._pseudonyms.id(unquote(below[start:end])), safe="") + below[end:]

    def _query(self, url: str) -> str:
        kept = []
        for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True):
            fate = PARAMETERS.get(name)
            if fate is None:
                self._left_out[f"?{name}"] += 1
            else:
                keep = fate.kept is not None and fate.kept.fullmatch(value)
                kept.append((name, value if keep else self._pseudonyms.id(value)))
        return f"?{urlencode(kept)}" if kept else ""
