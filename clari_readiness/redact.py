"""Keep secrets out of whatever is shown, written or recorded, in every spelling that they are likely to travel in."""

from __future__ import annotations

import base64
import dataclasses
import html
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from pathlib import PurePath
from typing import Any, TypeVar
from urllib.parse import quote, quote_plus, urlsplit

SHORT = 6
"""A secret with fewer characters is replaced only where it stands alone: inside words it would tear up the text."""

AnyText = TypeVar("AnyText", str, bytes)

_WORDS = ("redacted", "hidden", "")
_BRACKETS = ("[]", "<>", "{}", "()", "##", "||", "~~")


def variants(secret: str) -> frozenset[bytes]:
    """Return every spelling of a secret that must not be found anywhere, as UTF-8.

    Whole; base64, also as a part of something longer, whatever came before it; URL-encoded; as JSON, HTML and Python
    write it. The parts of base64 leave out the characters that the neighbours have a share in. Empty for no secret.
    """
    if not secret:
        return frozenset()
    raw = _bytes(secret)
    return frozenset({raw, *_base64(raw), *map(_bytes, {*_url(secret), *_escaped(secret)})})


class Redactor:
    """Replaces every spelling of the given secrets with `[redacted]`; empty ones are ignored.

    The replacement is bracketed or worded otherwise for a secret which would be found in it.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        found: dict[str, bool] = {}
        for secret in secrets:
            for variant in map(_text, variants(secret)):
                found[variant] = len(secret) < SHORT and found.get(variant, True)
        self._replacement = _replacement(found)
        self._texts = _pattern(found)
        self._raws = re.compile(_bytes(self._texts.pattern)) if self._texts else None

    def __repr__(self) -> str:
        return "Redactor(...)"

    def text(self, text: str) -> str:
        """Return the text without secrets; the very same object when it has none."""
        pattern = self._texts
        return (
            text if pattern is None else _until_same(text, lambda seen: pattern.sub(lambda _: self._replacement, seen))
        )

    def raw(self, raw: bytes) -> bytes:
        """Return the bytes without secrets; the very same object when they have none."""
        pattern, replacement = self._raws, _bytes(self._replacement)
        return raw if pattern is None else _until_same(raw, lambda seen: pattern.sub(lambda _: replacement, seen))

    def data(self, value: Any) -> Any:
        """Return a value without secrets, however deep they lie, the keys of mappings included.

        Knows what JSON holds, bytes, tuples, sets, paths and frozen dataclasses; anything else comes back as it is.
        """
        if isinstance(value, str) and not isinstance(value, Enum):
            return self.text(value)
        if isinstance(value, bytes):
            return self.raw(value)
        if isinstance(value, PurePath):
            return type(value)(self.text(str(value)))
        if isinstance(value, int | float) and not isinstance(value, bool | Enum):
            shown = self.text(str(value))
            return value if shown == str(value) else shown
        return self._container(value)

    def _container(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return self._mapping(value)
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return type(value)(*map(self.data, value))
        if isinstance(value, list | tuple | set | frozenset):
            return type(value)(map(self.data, value))
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            kept = {one.name: self.data(getattr(value, one.name)) for one in dataclasses.fields(value) if one.init}
            return dataclasses.replace(value, **kept)
        return value

    def _mapping(self, value: Mapping[Any, Any]) -> dict[Any, Any]:
        redacted: dict[Any, Any] = {}
        for key, content in value.items():
            shown = new = self.data(key)
            while new in redacted:  # two secrets as keys must not become one
                new = f"{shown} ({len(redacted)})"
            redacted[new] = self.data(content)
        return redacted


def without_credentials(url: str) -> str:
    """Return an address as it may be shown: no user and password, no values in its query, no fragment."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:  # its text repeats what is wrong with the address
        return "[an address that cannot be read]"
    query = re.sub(r"=[^&;]*", "=...", parts.query) if "=" in parts.query else ("..." if parts.query else "")
    scheme = f"{parts.scheme}://" if "://" in url else ""  # urlunsplit would drop the slashes where there is no host
    return f"{scheme}{host}{parts.path}" + (f"?{query}" if query else "")


def _base64(raw: bytes) -> Iterator[bytes]:
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(raw)
        yield encode(raw).rstrip(b"=")
        for before in range(3):
            part = encode(bytes(before) + raw).rstrip(b"=")
            shared_before = (0, 2, 3)[before]
            shared_after = 1 if (before + len(raw)) % 3 else 0
            part = part[shared_before : len(part) - shared_after]
            if len(part) >= SHORT:  # of shorter parts any text is full
                yield part


def _url(secret: str) -> Iterator[str]:
    raw = _bytes(secret)
    for encoded in (quote(raw, safe=""), quote(raw, safe="/"), quote(raw, safe="!'()*"), quote_plus(raw)):
        yield encoded
        yield re.sub("%..", lambda match: match[0].lower(), encoded)


def _escaped(secret: str) -> Iterator[str]:
    for plain in (False, True):
        as_json = json.dumps(secret, ensure_ascii=plain)[1:-1]
        yield as_json
        yield as_json.replace("/", "\\/")
    yield html.escape(secret)
    yield repr(secret)[1:-1]


def _pattern(found: Mapping[str, bool]) -> re.Pattern[str] | None:
    """Return what finds the longest variant first, and short secrets only where they stand alone."""
    if not found:
        return None
    ordered = sorted(found, key=lambda text: (-len(text), text))
    return re.compile(
        "|".join(
            f"(?<![0-9A-Za-z]){re.escape(text)}(?![0-9A-Za-z])" if found[text] else re.escape(text) for text in ordered
        )
    )


def _replacement(found: Iterable[str]) -> str:
    """Return the first replacement that no variant is in, and that none can arise at the edges of."""
    found = tuple(found)
    for brackets in _BRACKETS:
        for word in _WORDS:
            replacement = f"{brackets[0]}{word}{brackets[1]}"
            if not any(text in replacement or not set(brackets).isdisjoint(text) for text in found):
                return replacement
    return ""


def _until_same(text: AnyText, once: Callable[[AnyText], AnyText]) -> AnyText:
    """Replace again until nothing is found: with what stood beside it gone, a short secret may now stand alone."""
    while (changed := once(text)) != text:
        text = changed
    return text


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogatepass")
