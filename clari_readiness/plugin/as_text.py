"""What a run says, made harmless for a page that takes text for HTML: escaped, without keys, with no more of people."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest
from markupsafe import Markup, escape

from clari_readiness.gate.people import People
from clari_readiness.redact import Redactor
from clari_readiness.report import plain

_DATA = {"text": ("text/plain", "txt"), "json": ("application/json", "json")}
_MEDIA = ("image", "video")

Told = TypeVar("Told", bound=pytest.CollectReport | pytest.TestReport)


@dataclass(frozen=True)
class AsText:
    """Makes text of what pytest-html would take for HTML."""

    redactor: Redactor
    people: People

    def text(self, words: str) -> str:
        """Return words as they may be shown where nothing is taken for HTML."""
        return plain(self.people.text(self.redactor.text(words)))

    def html(self, words: str) -> Markup:
        """Return words as HTML that says just that; what came from here stays as it is."""
        return words if isinstance(words, Markup) else escape(self.text(words))

    def nested(self, value: Any) -> Any:
        """Return a value of any depth with all of its text as HTML."""
        if isinstance(value, Mapping):
            return {self.html(str(key)): self.nested(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.nested(inner) for inner in value]
        return self.html(value if isinstance(value, str) else str(value))

    def told(self, report: Told, first: Sequence[tuple[str, str]]) -> Told:
        """Return the report of a test, or of a file that could not be collected, with some more sections at first.

        pytest-html escapes messages and sections itself, and takes ids and links as they are.
        """
        shown = copy(report)
        shown.nodeid = str(self.html(" ".join(report.nodeid.split())))
        shown.longrepr = self.text(report.longreprtext) if report.failed else None
        shown.sections = [(self.text(title), self.text(words)) for title, words in (*first, *report.sections)]
        shown.__dict__["extras"] = [self._extra(each) for each in getattr(report, "extras", ())]
        return shown

    def _extra(self, extra: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a test has attached: links to http, pictures that are in it, and anything else as text."""
        kind, name = extra.get("format_type"), str(self.html(str(extra.get("name") or "")))
        content = self.text(_text_of(extra.get("content")))
        if kind == "url" and urlsplit(content).scheme in ("http", "https"):
            return {**extra, "name": name, "content": str(escape(content))}
        if kind in _MEDIA and _is_base64(extra.get("content")):
            return {**extra, "name": name}
        if kind in _DATA:
            mime_type, extension = _DATA[kind]
            return {**extra, "name": name, "content": content, "mime_type": mime_type, "extension": extension}
        return {"name": name, "format_type": "html", "content": str(escape(content)), "extension": "txt"}


def _text_of(content: Any) -> str:
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else str(content)


def _is_base64(content: Any) -> bool:
    try:
        base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError, TypeError):
        return False
    return bool(content)
