"""The headers of an answer that are kept, each rebuilt from what it means: a header can hold any text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from types import MappingProxyType

_TYPES = ("application/json", "text/csv", "text/html", "text/plain", "application/xml", "text/xml")


def _content_type(written: str) -> str:
    kind = written.partition(";")[0].strip().lower()
    return kind if kind in _TYPES else ""


def _date(written: str) -> str:
    at = moment_of(written)
    return format_datetime(at, usegmt=True) if at else ""


def _retry_after(written: str) -> str:
    return written if re.fullmatch(r"[0-9]{1,6}", written) else _date(written)


_KEPT: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"content-type": _content_type, "date": _date, "retry-after": _retry_after}
)


def kept_headers(headers: Mapping[str, str | Iterable[str]]) -> dict[str, list[str]]:
    """Return the headers that are kept, by their names in lower case; what cannot be read is left out."""
    kept = {}
    for name, values in headers.items():
        rebuild = _KEPT.get(name.lower())
        first = values if isinstance(values, str) else next(iter(values), "")
        if rebuild and (said := rebuild(first)):
            kept[name.lower()] = [said]
    return kept


def moment_of(date: str) -> datetime | None:
    """Return the moment that a `Date` names, in UTC; None when it cannot be read."""
    try:
        at = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
