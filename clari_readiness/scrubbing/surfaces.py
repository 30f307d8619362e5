"""The paths of the API: which contract an answer must keep, and which parts of an address are whose ids."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from clari_readiness.errors import ReadinessError
from clari_readiness.model.exports import EXPORT_TYPES
from clari_readiness.scrubbing.shapes import Fate


@dataclass(frozen=True)
class Surface:
    """One endpoint: its path below the base URL, ids in groups, and the contracts of answers and of refusals (F26)."""

    method: str
    path: re.Pattern[str]
    contract: str
    refusals: str


def _surface(method: str, path: str, contract: str, refusals: str = "export_error") -> Surface:
    return Surface(method, re.compile(path), contract, refusals)


_SURFACES = (
    _surface("POST", r"/export/forecast/([^/]+)", "job_created"),
    _surface("POST", r"/export/(?:activity|audit/events)", "job_created"),
    _surface("GET", r"/export/jobs", "jobs"),
    _surface("GET", r"/export/jobs/([^/]+)", "job"),
    _surface("PATCH", r"/export/jobs/([^/]+)", "job_cancelled"),
    _surface("GET", r"/export/jobs/([^/]+)/results", "forecast"),
    _surface("GET", r"/forecast/types", "forecast_types"),
    _surface("GET", r"/forecast/([^/]+)", "forecast"),
    _surface("GET", r"/admin/limits", "limits"),
    _surface("GET", r"/audit/events", "audit_events", "audit_error"),
    _surface("GET", r"/opportunity", "opportunities", "opportunity_error"),
)

PARAMETERS: Mapping[str, Fate] = MappingProxyType(
    {
        "timePeriod": Fate("id", re.compile(r"[0-9]{4}_Q[1-4]")),
        "typesToExport": Fate("id", re.compile("|".join(EXPORT_TYPES))),
        "currency": Fate("id", re.compile(r"[A-Z]{3}")),
        "limit": Fate("id", re.compile(r"[0-9]{1,4}")),
        "dateFrom": Fate("id", re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]{1,15}(Z|[+-][0-9:]{5})?)?")),
        "dateTo": Fate("id", re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]{1,15}(Z|[+-][0-9:]{5})?)?")),
        "sessionType": Fate("id", re.compile(r"WEB|IOS|ANDROID")),
        "event": Fate("id", re.compile(r"api\.accessed")),
        "actorId": Fate("id"),
        "oppId": Fate("id"),
        "scopeId": Fate("id"),
    }
)
"""The parameters of queries (F21, F29, F30), and what becomes of their values; any other is left out."""


def surface_of(method: str, path: str) -> Surface:
    """Return the endpoint that a path below the base URL belongs to. Raises ReadinessError for none that is known."""
    for surface in _SURFACES:
        if surface.method == method and surface.path.fullmatch(path):
            return surface
    raise ReadinessError(f"no contract is known for {method} {path}", way_out="add it to contracts/")


def contract_of(method: str, path: str) -> str:
    """Return the contract that a successful answer must keep. Raises ReadinessError where none is known."""
    return surface_of(method, path).contract
