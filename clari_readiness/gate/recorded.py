"""Every recorded answer with the contract that it must keep."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from clari_readiness.errors import ReadinessError
from clari_readiness.gate.readiness import Readiness

_CONTRACTS = (
    ("POST", re.compile(r"/export/(forecast/[^/]+|activity|audit/events)"), "job_created"),
    ("GET", re.compile(r"/export/jobs"), "jobs"),
    ("GET", re.compile(r"/export/jobs/[^/]+"), "job"),
    ("PATCH", re.compile(r"/export/jobs/[^/]+"), "job_cancelled"),
    ("GET", re.compile(r"/export/jobs/[^/]+/results"), "forecast"),
    ("GET", re.compile(r"/forecast/types"), "forecast_types"),
    ("GET", re.compile(r"/forecast/[^/]+"), "forecast"),
    ("GET", re.compile(r"/admin/limits"), "limits"),
    ("GET", re.compile(r"/audit/events"), "audit_events"),
    ("GET", re.compile(r"/opportunity"), "opportunities"),
)


def recorded_documents(readiness: Readiness) -> Iterator[tuple[str, str, Any]]:
    """Yield what the cassettes hold: contract, place, document; nothing where answers are live.

    Raises ReadinessError for a recorded answer that no contract is known for.
    """
    if readiness.environment.kind != "recorded":
        return
    for name, method, url, status, document in readiness.recordings.answers():
        path = urlsplit(url).path.removeprefix(urlsplit(readiness.environment.documented_url).path)
        if status < 300:
            yield _contract(method, path), f"{name}: {method} {path}", document


def _contract(method: str, path: str) -> str:
    for known, pattern, contract in _CONTRACTS:
        if method == known and pattern.fullmatch(path):
            return contract
    raise ReadinessError(f"no contract is known for {method} {path}", way_out="add it to contracts/")
