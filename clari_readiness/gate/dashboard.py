"""A dashboard's definition: what it asks its source of data, and whether the completion rate is among that."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from clari_readiness.client.wire import is_loopback, status_of
from clari_readiness.errors import ClariError

_QUERIES = ("expr", "query", "q", "rawSql", "rawQuery")
"""Where dashboards keep their queries; what stands in a title or in a text shows nothing."""

_BEHIND_A_LOGIN = (401, 403)


def problem_of(path: Path, metrics: Sequence[str]) -> str:
    """Return what is wrong with a dashboard's definition, or an empty text when it names one of the metrics."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    except UnicodeDecodeError:
        return "is not UTF-8"
    try:
        queries = tuple(_queries(json.loads(text)))
    except (ValueError, RecursionError):
        return "is not JSON"
    if not queries:
        return "has no panel that asks for anything"
    named = any(re.search(rf"(?<![\w:]){re.escape(metric)}(?![\w:])", query) for metric in metrics for query in queries)
    return "" if named else f"has no panel with {' or '.join(metrics)}"


def may_be_asked(url: str, *, live: bool) -> bool:
    """Tell whether a run may ask an address: a live one may, any other only this very machine."""
    return live or is_loopback(urlsplit(url).hostname or "")


def silence_of(url: str) -> str:
    """Return why an address does not answer as a dashboard would, or an empty text when it does.

    A login is an answer: a redirect to it, or 401 and 403.
    """
    try:
        status = status_of(url)
    except ClariError as error:
        return error.message
    return "" if status < 400 or status in _BEHIND_A_LOGIN else f"it answers with HTTP {status}"


def _queries(document: Any) -> Iterator[str]:
    if isinstance(document, dict):
        yield from (document[key] for key in _QUERIES if isinstance(document.get(key), str))
        for inner in document.values():
            yield from _queries(inner)
    elif isinstance(document, list):
        for inner in document:
            yield from _queries(inner)
