"""How the API says no: a body of its own for each surface (F26)."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import Any, Literal

from clari_readiness.simulator.organisation.chance import hexadecimal_for

Surface = Literal["export", "audit", "opportunity", "ingest", "ingest_bulk", "ingest_job", "gateway"]

BAD_KEY = {"message": "Invalid authentication credentials"}
"""What the gateway says of a key that is not accepted (F25)."""

ORG_ID = 101

_PHRASES = {each.value: each.phrase for each in HTTPStatus}

_SURFACES: tuple[tuple[str, Surface], ...] = (
    (r"/v\d+/ingest/job/.*", "ingest_job"),
    (r"/v\d+/ingest/bulk/.*", "ingest_bulk"),
    (r"/v\d+/ingest/.*", "ingest"),
    (r"/v\d+/audit/.*", "audit"),
    (r"/v\d+/opportunity", "opportunity"),
    (r"/v\d+/(export|forecast|admin)/.*", "export"),
)

_EXPORT_WORDS = {
    400: ("SWW", "Something went wrong"),
    401: ("no_optin", "No optins for scope 1::MGR for this forecast."),
    403: ("forbidden", "Invalid permissions to view this job."),
}

_INGEST_WORDS = {
    400: ("INVALID_INPUT_FORMAT", "Payload is not an array"),
    401: ("INVALID_PARTNER_KEY", "Unauthorized PartnerKey"),
    403: ("FORBIDDEN_ERROR", "Data Ingestion has been disabled"),
    428: ("SCHEMA_MISSING", "No schema file of the partner for this entity, please contact support."),
    429: ("TOO_MANY_REQUESTS", "The limit of concurrent ingestion jobs has been reached"),
}


_TOO_FAST = "API rate limit exceeded"

_LIMITED: dict[Surface, dict[str, str]] = {
    "export": {"message": _TOO_FAST},
    "gateway": {"message": _TOO_FAST},
    "ingest": {"error": _TOO_FAST},
    "ingest_job": {"error": _TOO_FAST},
}
"""Where a 429 comes from the gateway (F27) and not from the surface behind it."""


def error_id(*words: object) -> str:
    """Return an id in the form of a UUID, decided by the words."""
    digits = hexadecimal_for(32, "error", *words)
    return "-".join((digits[:8], digits[8:12], "1" + digits[13:16], "a" + digits[17:20], digits[20:]))


def export_error(code: str, message: str, *, namespace: str, errors: str, org_id: int = ORG_ID) -> dict[str, Any]:
    """Return the body of exports; `errors` is the errorId."""
    return {"code": code, "namespace": namespace, "errorId": errors, "message": message, "orgId": org_id}


def audit_error(status: int, code: str, message: str, *, target: str = "", details: str = "") -> dict[str, Any]:
    """Return the body of the audit surface; its `status` is text."""
    error = {"status": str(status), "message": message, "code": code, "target": target, "details": details}
    return {"errors": [{name: value for name, value in error.items() if value}]}


def opportunity_error(status: int, description: str, details: str) -> list[dict[str, Any]]:
    """Return the body of the opportunity surface; `reaspnPhrase` is the vendor's spelling."""
    phrase = _PHRASES.get(status, "Error")
    return [{"statusCode": status, "reaspnPhrase": phrase, "description": description, "details": details}]


def ingest_error(code: str, summary: str) -> list[dict[str, str]]:
    """Return the body of the ingest surface."""
    return [{"errorCode": code, "errorSummary": summary}]


def gateway_error(message: str, request: str) -> dict[str, str]:
    """Return the gateway's own body; `request` is the request_id."""
    return {"message": message, "request_id": request}


def surface_of(path: str) -> Surface:
    """Return whose error body a path has."""
    return next((surface for pattern, surface in _SURFACES if re.fullmatch(pattern, path)), "gateway")


def body_for(path: str, status: int) -> bytes:
    """Return the body that the path's surface has for a status when nothing more is known."""
    return as_json(_body(surface_of(path), path, status))


def as_json(document: Any) -> bytes:
    """Return the document in UTF-8, without spaces."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _body(surface: Surface, path: str, status: int) -> Any:
    reason = _PHRASES.get(status, "Error")
    if status == 429 and surface in _LIMITED:
        return _LIMITED[surface]
    if surface == "audit":
        return audit_error(status, reason.lower().replace(" ", "_"), reason)
    if surface == "opportunity":
        return opportunity_error(status, reason, "no more is known")
    if surface in ("ingest", "ingest_bulk"):
        return ingest_error(*_INGEST_WORDS.get(status, ("INTERNAL_SERVER_ERROR", reason)))
    return (
        {"error": reason} if surface == "ingest_job" else _with_an_id(surface, status, reason, error_id(path, status))
    )


def _with_an_id(surface: Surface, status: int, reason: str, errors: str) -> dict[str, Any]:
    if surface == "gateway":
        return gateway_error(reason, errors.replace("-", ""))
    code, message = _EXPORT_WORDS.get(status, ("internal_server_error", "An unexpected error occurred."))
    return export_error(code, message, namespace="exports", errors=errors)
