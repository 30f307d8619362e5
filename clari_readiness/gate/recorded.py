"""Every recorded answer with the contract that it must keep."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from clari_readiness.gate.readiness import Readiness
from clari_readiness.scrubbing import contract_of


def recorded_documents(readiness: Readiness) -> Iterator[tuple[str, str, Any]]:
    """Yield what the cassettes hold: contract, place, document; nothing where answers are live.

    Raises ReadinessError for a recorded answer that no contract is known for.
    """
    if not readiness.environment.replays:
        return
    for name, method, url, status, document in readiness.recordings.answers():
        path = urlsplit(url).path.removeprefix(urlsplit(readiness.environment.documented_url).path)
        if status < 300:
            yield contract_of(method, path), f"{name}: {method} {path}", document
