"""The API key: shown to its origin, hidden everywhere else."""

from __future__ import annotations

from typing import Literal

import httpx

from clari_readiness.errors import SecretError

Profile = Literal["v4", "v1"]
"""How the key is shown: `apikey: <key>` (F1) or `Authorization: Bearer <key>` (F2)."""

_SHORTEST_SECRET = 8


class Key:
    """A key that no representation shows."""

    __slots__ = ("_header", "_text")

    def __init__(self, key: str, profile: Profile) -> None:
        if not key or not key.isascii() or not key.isprintable() or " " in key:
            raise SecretError(
                "the API key is empty, or holds a character that a header cannot carry",
                way_out="look for a blank or a line break that was copied along with it",
            )
        self._text = key
        self._header = ("apikey", key) if profile == "v4" else ("Authorization", f"Bearer {key}")

    def show(self, headers: httpx.Headers) -> None:
        """Put the key into the headers."""
        name, value = self._header
        headers[name] = value

    def hide(self, text: str) -> str:
        """Blank the key out of a text. One shorter than any real key is left: blanking it would garble the text."""
        return text if len(self._text) < _SHORTEST_SECRET else text.replace(self._text, "***")

    def hide_in(self, body: bytes) -> bytes:
        """Blank the key out of a body: some servers echo what they were sent."""
        return body if len(self._text) < _SHORTEST_SECRET else body.replace(self._text.encode("ascii"), b"***")
