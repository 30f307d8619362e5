"""The seal of a report: a SHA-256 that finds damage, and with a key an HMAC that finds tampering as well.

Whoever changes a report can write a new SHA-256; without the key nobody can write a new HMAC.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clari_readiness.errors import ReadinessError
from clari_readiness.secrets import Secret

_PURPOSE = b"clari-readiness report\0"  # so that an HMAC under this key for anything else is none of a report
_LINE = re.compile(rb"<!-- clari-readiness seal: sha256=([0-9a-f]{64})(?: hmac-sha256=([0-9a-f]{64}))? -->\n\Z")


@dataclass(frozen=True)
class Seal:
    """Hexadecimal digests of a content; `hmac_sha256` is empty when it was sealed without a key."""

    sha256: str
    hmac_sha256: str = ""

    @classmethod
    def of(cls, content: bytes, key: Secret | None) -> Seal:
        """Seal a content."""
        signed = hmac.new(key.reveal().encode(), _PURPOSE + content, "sha256").hexdigest() if key else ""
        return cls(hashlib.sha256(content).hexdigest(), signed)

    def fits(self, content: bytes) -> bool:
        """Tell whether the content is undamaged."""
        return hmac.compare_digest(self.sha256, Seal.of(content, None).sha256)

    def is_signed(self, content: bytes, key: Secret) -> bool:
        """Tell whether somebody with the key sealed this very content."""
        return hmac.compare_digest(self.hmac_sha256, Seal.of(content, key).hmac_sha256)


def sealed_page(html: str, key: Secret | None) -> bytes:
    """Return the page as bytes, with its seal as the last line."""
    content = html.rstrip("\n").encode("utf-8", "replace") + b"\n"
    seal = Seal.of(content, key)
    signed = f" hmac-sha256={seal.hmac_sha256}" if seal.hmac_sha256 else ""
    return content + f"<!-- clari-readiness seal: sha256={seal.sha256}{signed} -->\n".encode()


def opened_page(raw: bytes) -> tuple[bytes, Seal]:
    """Return a page's content and its seal. Raises ReadinessError when it has none."""
    line = _LINE.search(raw)
    if line is None:
        raise ReadinessError(
            "its last line is not the seal of a report: it is cut short, was changed, or is no report of the gate",
            way_out="get it again from whoever ran the gate",
        )
    return raw[: line.start()], Seal(line[1].decode(), (line[2] or b"").decode())


def sealed_document(document: Mapping[str, Any], key: Secret | None) -> dict[str, Any]:
    """Return the document with its seal."""
    seal = Seal.of(_canonical(document), key)
    return {**document, "seal": {"sha256": seal.sha256, "hmac_sha256": seal.hmac_sha256}}


def opened_document(document: Mapping[str, Any]) -> tuple[bytes, Seal]:
    """Return what of a document was sealed, and its seal. Raises ReadinessError when it has none."""
    seal = document.get("seal")
    if not isinstance(seal, dict) or not all(isinstance(seal.get(name), str) for name in ("sha256", "hmac_sha256")):
        raise ReadinessError("it has no seal", way_out="run the gate again: this version seals its reports")
    rest = {name: value for name, value in document.items() if name != "seal"}
    return _canonical(rest), Seal(seal["sha256"], seal["hmac_sha256"])


def _canonical(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()
