"""The endpoints: each function builds the request for one of them and sends nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from clari_readiness.client.transport import Request
from clari_readiness.errors import SettingsError, Unreadable
from clari_readiness.model.exports import ExportRequest

MOST_OPPORTUNITIES = 100
"""How many ids one request may name (F30)."""


def limits() -> Request:
    """`GET /admin/limits` (F22)."""
    return Request("GET", "/admin/limits")


def forecast_types() -> Request:
    """`GET /forecast/types`, which only profile v1 has (F2)."""
    return Request("GET", "/forecast/types")


def forecast(
    forecast_id: str,
    *,
    time_period: str | None = None,
    types: Sequence[str] = (),
    scope_id: str | None = None,
    currency: str | None = None,
) -> Request:
    """`GET /forecast/{forecastId}`, the synchronous forecast (F21); types are repeated parameters."""
    params = _params(timePeriod=time_period, scopeId=scope_id, currency=currency)
    params += tuple(("typesToExport", name) for name in types)
    return Request("GET", f"/forecast/{_segment(forecast_id, 'forecast')}", params)


def queue_export(request: ExportRequest) -> Request:
    """`POST /export/forecast/{forecastId}` (F5): queues a job and costs quota."""
    path = f"/export/forecast/{_segment(request.forecast_id, 'forecast')}"
    return Request("POST", path, json=request.body(), repeatable=False)


def activity_export(*, activity_types: Sequence[str] = (), start: datetime, end: datetime) -> Request:
    """`POST /export/activity` (F11): queues a job and costs quota. Both times need a zone."""
    body: dict[str, Any] = {"startDate": _instant(start), "endDate": _instant(end)}
    if activity_types:
        body["activityTypes"] = list(activity_types)
    return Request("POST", "/export/activity", json=body, repeatable=False)


def audit_export(
    *,
    date_from: datetime | None = None,
    date_to: datetime | None = None,
    actor_id: int | None = None,
    session_type: str | None = None,
    event: str | None = None,
) -> Request:
    """`POST /export/audit/events` (F11): queues a job and costs quota."""
    body: dict[str, Any] = dict(_params(dateFrom=date_from, dateTo=date_to, sessionType=session_type, event=event))
    if actor_id is not None:
        body["actorId"] = actor_id
    return Request("POST", "/export/audit/events", json=body, repeatable=False)


def job(job_id: str) -> Request:
    """`GET /export/jobs/{jobId}` (F6)."""
    return Request("GET", _job_path(job_id))


def jobs() -> Request:
    """`GET /export/jobs`, this user's (F7)."""
    return Request("GET", "/export/jobs")


def cancel(job_id: str) -> Request:
    """`PATCH /export/jobs/{jobId}` (F8); cancelling twice does no harm, so it may be repeated."""
    return Request("PATCH", _job_path(job_id), json={"type": "CANCEL"})


def results(job_id: str, to: Path | None = None) -> Request:
    """`GET /export/jobs/{jobId}/results` (F9), into a file when one is named."""
    return Request("GET", f"{_job_path(job_id)}/results", sink=to)


def audit_events(
    *,
    limit: int = 100,
    date_from: datetime | None = None,
    date_to: datetime | None = None,
    actor_id: int | None = None,
    session_type: str | None = None,
    event: str | None = None,
) -> Request:
    """`GET /audit/events`, the first page (F29); `limit` is 1 to 1000 events a page."""
    if not 1 <= limit <= 1000:
        raise ValueError(f"a page holds 1 to 1000 audit events, not {limit}")
    params = _params(
        limit=limit, dateFrom=date_from, dateTo=date_to, actorId=actor_id, sessionType=session_type, event=event
    )
    return Request("GET", "/audit/events", params)


def next_page(link: str) -> Request:
    """Ask for the page that the server named by an absolute URL; where it may lead is judged on the wire (F29)."""
    if "://" not in link:
        raise Unreadable(
            f"the audit events link to {link[:60]!r} as the next page, which is not an absolute URL: not followed",
            way_out="compare the answer with what Clari documents; the API may have changed",
        )
    return Request("GET", link)


def opportunities(ids: Sequence[str]) -> Request:
    """`GET /opportunity`, for 1 to 100 ids (F30)."""
    if not 1 <= len(ids) <= MOST_OPPORTUNITIES:
        raise ValueError(f"a request names 1 to {MOST_OPPORTUNITIES} opportunities, not {len(ids)}")
    return Request("GET", "/opportunity", tuple(("oppId", one) for one in ids))


def _job_path(job_id: str) -> str:
    return f"/export/jobs/{_segment(job_id, 'job')}"


def _segment(value: str, what: str) -> str:
    """Return one segment of a path: a slash inside it stays inside it."""
    if value in ("", ".", ".."):
        # These would address something else: an empty job id lists the jobs, two dots leave the path.
        raise SettingsError(f"{value!r} is not the id of a {what}")
    return quote(value, safe="")


def _params(**values: datetime | str | int | None) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, _instant(value) if isinstance(value, datetime) else str(value))
        for name, value in values.items()
        if value is not None
    )


def _instant(at: datetime) -> str:
    """Return a time as ISO 8601 with its offset; Clari reads one without as it likes."""
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} needs a time zone")
    return at.isoformat()
