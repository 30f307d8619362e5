"""Queueing export jobs: forecasts (F5, F24), activities and audit events (F11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from clari_readiness.simulator.jobs import Job, Kind, Refusal
from clari_readiness.simulator.refusals import audit_error, error_id
from clari_readiness.simulator.surfaces.asking import export_wishes, question, refuse_crm
from clari_readiness.simulator.surfaces.calls import Answer, Call, Refused, World, found
from clari_readiness.simulator.surfaces.times import Window, WindowProblem, window

ACTIVITY_TYPES = ("MEETING", "EMAIL_SENT", "EMAIL_RECEIVED", "ATTACHMENT_SENT", "ATTACHMENT_RECEIVED")


def forecast(world: World, call: Call) -> Answer:
    """Queue a forecast export."""
    wishes = export_wishes(world, call)
    asked = question(world, call, wishes)
    refuse_crm(world, asked.types)
    request = {
        "forecastId": asked.forecast_id,
        "timePeriod": asked.period,
        "typesToExport": list(asked.types),
        "scopeId": asked.scope,
        "currency": asked.currency,
        "includeHistorical": asked.historical,
        "schedule": wishes.get("schedule", "NONE"),
        "exportFormat": wishes.get("exportFormat", "JSON"),
    }
    return _queued(_queue(world, call, "FORECAST", request))


def activity(world: World, call: Call) -> Answer:
    """Queue an export of activities."""
    try:
        body = {name: value for name, value in call.document().items() if value is not None}
    except ValueError:
        raise _bad_activity(world, call, "The request body is malformed.") from None
    types = body.get("activityTypes", list(ACTIVITY_TYPES))
    if not isinstance(types, list) or any(each not in ACTIVITY_TYPES for each in types):
        raise _bad_activity(world, call, "activityTypes holds an activity type that is not supported.")
    if body.get("exportFormat", "JSON") != "JSON":
        raise _bad_activity(world, call, "exportFormat must be JSON.")
    try:
        asked = window(body.get("startDate"), body.get("endDate"), at=call.at, names=("startDate", "endDate"))
    except WindowProblem as problem:
        raise _bad_activity(world, call, str(problem)) from None
    job = _queue(world, call, "ACTIVITY", {"activityTypes": types or list(ACTIVITY_TYPES), **_kept(asked)})
    return _queued(job, 202)


def audit(world: World, call: Call) -> Answer:
    """Queue an export of audit events."""
    try:
        body = {name: value for name, value in call.document().items() if value is not None}
        filters = {name: str(body[name]) for name in ("actorId", "sessionId", "sessionType", "event") if name in body}
        asked = window(body.get("dateFrom"), body.get("dateTo"), at=call.at, names=("dateFrom", "dateTo"))
    except WindowProblem as problem:
        raise Refused(400, audit_error(400, "bad_request", str(problem), target=problem.target)) from None
    except ValueError:
        raise Refused(400, audit_error(400, "bad_request", "The request body is malformed.")) from None
    job = _queue(world, call, "AUDIT", {"filters": filters, **_kept(asked)})
    return _queued(job, 202)


def _queued(job: Job, status: int = 200) -> Answer:
    return replace(found({"jobId": job.job_id}, status), queued=job.job_id)


def _queue(world: World, call: Call, kind: Kind, request: Mapping[str, Any]) -> Job:
    try:
        return world.jobs.queue(kind, request, user_id=call.user.user_id, at=call.at, plan=call.plan)
    except Refusal:
        organisation = world.organisation
        message = (
            f"The monthly quota limit of {organisation.monthly_quota} or concurrent limit of "
            f"{organisation.concurrent_limit} has been reached."
        )
        raise world.refuse(400, "export_monthly_quota_reached", message, source="Export") from None


def _bad_activity(world: World, call: Call, message: str) -> Refused:
    # This surface alone writes the ids of user and organisation as text.
    return Refused(
        400,
        {
            "code": "Bad request",
            "namespace": "activity",
            "errorId": error_id(world.organisation.seed, call.at, message).replace("-", ""),
            "message": message,
            "userId": str(call.user.user_id),
            "orgId": str(world.organisation.org_id),
        },
    )


def _kept(asked: Window) -> dict[str, str]:
    return {"from": asked.start.isoformat(), "to": asked.end.isoformat()}
