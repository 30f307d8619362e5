"""Refusals, read: every error body of F26 becomes one kind of error with status, code, message and errorId."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from clari_readiness.errors import LimitReached, NoOptIn, Refused, ServerFault, TooManyRequests, Unauthorized

_LONGEST_DETAIL = 300
_ENVELOPE = {"code", "namespace", "errorId", "message", "orgId", "request_id", "errors"}
_STATUS_PAGE = "https://status.clari.com"

_WAYS_OUT_BY_CODE = {
    "no_optin": "ask a Clari administrator to opt the token's user in to this forecast, or name another forecast",
    "export_monthly_quota_reached": "GET /admin/limits tells which of the two: running jobs end by themselves, "
    "the monthly quota frees up over 30 days",
    "no_such_forecast_config": "compare the forecast's id with the one in Clari",
    "missing_forecast_id": "name a forecast",
    "type_not_supported": "leave this type out of the export; the synchronous forecast may have it",
    "invalid_jobId": "the job is not DONE, its results expired about 30 days after it ended, or it never existed",
    "export_failed_to_cancel": "the job has ended already",
}
_WAYS_OUT_BY_STATUS = {
    401: "the token is wrong, or died with its user: make a new one in Clari and update what the key reference names",
    403: "the token's user may not see this; a job belongs to the user who queued it",
    404: "compare base_url and profile with what Clari documents",
    407: "the proxy wants credentials: put them into the proxy's URL",
    429: "about 10 requests a second are safe; look for others who use this token",
}


@dataclass(frozen=True)
class ErrorBody:
    """What an error body says; fields that it lacks are empty."""

    code: str = ""
    detail: str = ""
    error_id: str = ""


def refusal(what: str, status: int, body: bytes, *, retry_after: str | None = None) -> Refused:
    """Return the error for an answer that is not of 2xx; `what` names the request."""
    said = read_error_body(body)
    kind = _kind(status, said.code)
    return kind(
        what,
        status=status,
        code=said.code,
        detail=said.detail,
        error_id=said.error_id,
        retry_after=retry_after,
        way_out=_way_out(status, said.code, said.error_id),
    )


def read_error_body(body: bytes) -> ErrorBody:
    """Read any of F26's bodies; of anything else (a proxy's page, plain text) say in short what it is."""
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ErrorBody(detail=_plain(body))
    return _from_document(document) or ErrorBody(detail=_plain(body))


def is_error_document(document: Any) -> bool:
    """Tell whether a document is one of F26's bodies, and nothing else; some arrive with a status of 200."""
    if isinstance(document, dict):
        told = "errorId" in document or "message" in document or bool(document.get("errors"))
        return told and set(document) <= _ENVELOPE
    return isinstance(document, list) and bool(document) and all(_is_listed_error(item) for item in document)


def _from_document(document: Any) -> ErrorBody | None:
    if isinstance(document, list):
        return _from_list([item for item in document if isinstance(item, dict)])
    if not isinstance(document, dict):
        return None
    if isinstance(document.get("errors"), list):
        inner = _from_list([item for item in document["errors"] if isinstance(item, dict)])
        return inner or _from_one(document)
    return _from_one(document)


def _from_list(items: list[Mapping[str, Any]]) -> ErrorBody | None:
    bodies = [body for body in map(_from_one, items) if body]
    if not bodies:
        return None
    detail = "; ".join(body.detail for body in bodies if body.detail)
    error_id = next((body.error_id for body in bodies if body.error_id), "")
    return ErrorBody(bodies[0].code, _line(detail), error_id)


def _from_one(item: Mapping[str, Any]) -> ErrorBody | None:
    # "reaspnPhrase" is how the opportunity surface spells it (F26); the other spelling costs nothing to accept.
    body = ErrorBody(
        code=_first(item, "code", "reaspnPhrase", "reasonPhrase"),
        detail=_first(item, "message", "description", "details"),
        error_id=_first(item, "errorId", "request_id"),
    )
    return body if body != ErrorBody() else None


def _first(item: Mapping[str, Any], *keys: str) -> str:
    values = (item.get(key) for key in keys)
    return next((_line(str(value)) for value in values if isinstance(value, str | int) and value != ""), "")


def _is_listed_error(item: Any) -> bool:
    return isinstance(item, dict) and "statusCode" in item and ("description" in item or "reaspnPhrase" in item)


def _kind(status: int, code: str) -> type[Refused]:
    if status == 401:
        return NoOptIn if code == "no_optin" else Unauthorized
    if status == 400 and code == "export_monthly_quota_reached":
        return LimitReached
    if status == 429:
        return TooManyRequests
    return ServerFault if status >= 500 else Refused


def _way_out(status: int, code: str, error_id: str) -> str:
    if status >= 500:
        quote = f", and quote {error_id} to Clari's support when it stays" if error_id else ""
        return f"see {_STATUS_PAGE}{quote}"
    return _WAYS_OUT_BY_CODE.get(code) or _WAYS_OUT_BY_STATUS.get(status, "")


def _plain(body: bytes) -> str:
    text = body[:4096].decode("utf-8", "replace")
    if re.match(r"\s*<(!doctype|html|head)", text, re.IGNORECASE):
        title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
        return _line(f"a page in HTML, titled {title[1].strip()}" if title else "a page in HTML")
    return _line(text)


def _line(text: str) -> str:
    """Return the text as one line without control characters: it goes into logs and terminals."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= _LONGEST_DETAIL else line[: _LONGEST_DETAIL - 1] + "…"
