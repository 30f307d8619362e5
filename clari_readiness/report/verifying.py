"""Whether a report is what the gate wrote, and its decision still stands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec

from clari_readiness.errors import ReadinessError
from clari_readiness.report.document import from_document
from clari_readiness.report.page import mark, moment
from clari_readiness.report.seal import Seal, opened_document, opened_page
from clari_readiness.secrets import Secret


@dataclass(frozen=True)
class Claim:
    """What a report claims of itself; `good_until` and times are ISO, UTC."""

    environment: str
    decision: str
    exit_code: int
    good_until: str
    fingerprints: Mapping[str, str]


@dataclass(frozen=True)
class Opened:
    """A report, read: what it claims, what of it was sealed, and the seal."""

    claim: Claim
    content: bytes
    seal: Seal


def opened(path: Path) -> Opened:
    """Read a report.html or report.json. Raises ReadinessError, with the file, for anything else, or a damaged one."""
    try:
        raw = path.read_bytes()
        found = _document(raw) if raw.lstrip()[:1] == b"{" else _page(raw)
    except OSError as error:
        raise ReadinessError(f"{path}: {error.strerror}", way_out="name a report.html or report.json") from error
    except ReadinessError as error:
        raise ReadinessError(f"{path}: {error.message}", way_out=error.way_out) from error
    if not found.seal.fits(found.content):
        raise ReadinessError(
            f"{path} is damaged: it is not what the gate wrote (SHA-256)",
            way_out="get it again from whoever ran the gate",
        )
    return found


def require_signature(found: Opened, path: Path, key: Secret) -> None:
    """Raise ReadinessError unless somebody with the key sealed this very content."""
    if not found.seal.hmac_sha256:
        raise ReadinessError(
            f"{path} was sealed without a key, so nobody knows who wrote it",
            way_out="set report.seal_key, and run the gate again",
        )
    if not found.seal.is_signed(found.content, key):
        raise ReadinessError(
            f"{path} was tampered with, or was sealed with another key (HMAC-SHA-256)",
            way_out="get it again from whoever ran the gate, or name the key that it was sealed with",
        )


def ended(claim: Claim, now: datetime, fingerprints: Mapping[str, str]) -> tuple[str, ...]:
    """Return each reason why a decision does not stand any more; `fingerprints` are those of now, where known."""
    reasons = [
        f"{name} changed since"
        for name, then in claim.fingerprints.items()
        if then and fingerprints.get(name) and fingerprints[name] != then
    ]
    try:
        late = datetime.fromisoformat(claim.good_until).astimezone(UTC) < now
    except ValueError:
        return ("it does not say until when it is good", *reasons)
    return (*([f"it was good until {moment(claim.good_until)}"] if late else []), *reasons)


class _Mark(HTMLParser):
    """Finds the first mark in a page's head."""

    content: str = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "meta" and named.get("name") == "clari-readiness" and not self.content:
            self.content = named.get("content") or ""


def _page(raw: bytes) -> Opened:
    content, seal = opened_page(raw)
    parser = _Mark()
    parser.feed(content.decode("utf-8", "replace"))
    return Opened(_claim(parser.content), content, seal)


def _document(raw: bytes) -> Opened:
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ReadinessError(f"it is not JSON: {error}", way_out="get it again from whoever ran the gate") from error
    content, seal = opened_document(document)
    return Opened(_claim(json.dumps(mark(from_document(document)))), content, seal)


def _claim(said: str) -> Claim:
    try:
        found: Any = json.loads(said)
        return msgspec.convert(found, Claim)
    except (ValueError, msgspec.ValidationError) as error:
        raise ReadinessError("it does not say what it is", way_out="run the gate again") from error
