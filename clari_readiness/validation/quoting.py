"""Text from a document, made fit for one line of a message."""

from __future__ import annotations

import json

_LONGEST = 60


def quoted(text: str) -> str:
    """Return the text in quotes, shortened, and escaped where a terminal would otherwise act on it.

    That is line ends, right-to-left marks and lone surrogates.
    """
    short = shortened(text)
    return json.dumps(short, ensure_ascii=not short.isprintable())


def shortened(text: str) -> str:
    """Return at most 60 characters of the text."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
