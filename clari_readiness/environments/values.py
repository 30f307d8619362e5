"""Single values of the settings file: what may be written, and what it is read as.

No message here repeats what was written: it may be a key in the wrong place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from clari_readiness.errors import SecretError
from clari_readiness.model.exports import EXPORT_TYPES
from clari_readiness.secrets import SCHEMES, parse
from clari_readiness.spelling import nearest

_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_DURATION = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)([smhdw])")
_LONGEST = 3_660 * 86_400
_URL = re.compile(r"[a-z][a-z0-9+.-]*://\S")
_SECRET = re.compile(r"password|pwd|passphrase|secret|^token$", re.IGNORECASE)
"""What a part of a URL's query is called that no file should hold."""


def unknown(word: str, known: Iterable[str]) -> str:
    """Say that a word is unknown, and which known one is nearest; all of them when none is near."""
    known = tuple(known)
    near = nearest(word, known)
    return f"unknown; the nearest is {near}" if near else f"unknown; known here are {', '.join(known)}"


def one_of(word: str, known: Iterable[str]) -> str:
    """Return the word when it is known; otherwise raise ValueError with the nearest."""
    known = tuple(known)
    if word in known:
        return word
    raise ValueError(unknown(word, known))


def _month(word: str) -> str:
    if not re.fullmatch("0[1-9]|1[0-2]", word):
        raise ValueError('expected a month, "01" to "12"')
    return word


def _duration(written: object) -> float:
    match = _DURATION.fullmatch(written) if isinstance(written, str) else None
    if match is None:
        raise ValueError('expected a duration such as "90s", "10m", "1h" or "90d"')
    seconds = float(match[1]) * _SECONDS[match[2]]
    if seconds > _LONGEST:
        raise ValueError("expected ten years at most")
    return seconds


def _some_time(seconds: float) -> float:
    if seconds <= 0:
        raise ValueError("expected more than no time at all")
    return seconds


def _days(written: object) -> int:
    seconds = _duration(written)
    if seconds <= 0 or seconds % 86_400:
        raise ValueError('expected whole days, such as "90d" or "2w"')
    return round(seconds / 86_400)


def _line(written: str) -> str:
    if not written.strip():
        raise ValueError("is empty")
    if not written.isprintable():
        raise ValueError("holds a line break or another character that cannot be printed")
    return written


def _web_address(written: str) -> str:
    try:
        parts = urlsplit(written)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and " " not in written
    except ValueError:
        good = False
    if not good:
        raise ValueError("expected an address such as https://api.clari.com/v4")
    return written


def _warehouse(written: str) -> str:
    if not _URL.match(written):
        raise ValueError("expected a URL such as duckdb:///warehouse.duckdb")
    if is_reference(written):
        return _reference(written)
    if holds_password(written):
        raise ValueError(
            'holds a password, which does not belong in a file; refer to the whole URL: "env://CLARI_WAREHOUSE_URL"'
        )
    return written


def is_reference(written: str) -> bool:
    """Tell whether a text refers to a secret, instead of being what it is read as."""
    return written.partition("://")[0] in SCHEMES


def holds_password(url: str) -> bool:
    """Tell whether a URL has a place for a password, or a query that looks like one."""
    try:
        parts = urlsplit(url)
        named = parts.password is not None
    except ValueError:  # a URL that cannot be taken apart may hold one anywhere
        return "@" in url
    return named or any(_SECRET.search(name) for name, _ in parse_qsl(parts.query, keep_blank_values=True))


def _destination(written: str) -> str:
    if not _URL.match(written):
        raise ValueError("expected a URL such as mailtos://..., or a reference to one such as env://CLARI_ALERTS")
    return written


def _reference(written: str) -> str:
    problem = ""
    try:
        parse(written)
    except SecretError as error:
        problem = str(error)
    if problem:  # raised out here, so that no traceback chains back to the text
        raise ValueError(problem)
    return written


def each_once(written: tuple[str, ...]) -> tuple[str, ...]:
    """Return the list as it is; raise ValueError when something is in it twice."""
    if len(set(written)) < len(written):
        raise ValueError("names the same thing twice")
    return written


Seconds = Annotated[float, BeforeValidator(_duration), AfterValidator(_some_time)]
SecondsOrNone = Annotated[float, BeforeValidator(_duration)]
Days = Annotated[int, BeforeValidator(_days)]
Line = Annotated[str, AfterValidator(_line)]
WebAddress = Annotated[str, AfterValidator(_line), AfterValidator(_web_address)]
WarehouseUrl = Annotated[str, AfterValidator(_line), AfterValidator(_warehouse)]
Destination = Annotated[str, AfterValidator(_line), AfterValidator(_destination)]
Month = Annotated[str, AfterValidator(_month)]
KeyReference = Annotated[str, AfterValidator(_reference)]
ExportType = Annotated[str, AfterValidator(lambda word: one_of(word, EXPORT_TYPES))]
Names = Annotated[tuple[Line, ...], Field(min_length=1), AfterValidator(each_once)]
ExportTypes = Annotated[tuple[ExportType, ...], Field(min_length=1), AfterValidator(each_once)]
