"""What is read without a job: limits (F22), the synchronous forecast (F21), audit events (F29), opportunities (F30)."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlencode

from clari_readiness.simulator.organisation.audit import actors_of, events
from clari_readiness.simulator.organisation.document import document
from clari_readiness.simulator.organisation.forecast import answer
from clari_readiness.simulator.organisation.opportunities import opportunity
from clari_readiness.simulator.organisation.settings import TYPES
from clari_readiness.simulator.refusals import audit_error, gateway_error, opportunity_error
from clari_readiness.simulator.surfaces.asking import query_wishes, question
from clari_readiness.simulator.surfaces.calls import Answer, Call, Refused, World, found
from clari_readiness.simulator.surfaces.times import Window, WindowProblem, window

MOST_OPPORTUNITIES = 100
_MOST_EVENTS = 1000
_FILTERS = ("actorId", "impersonatingActorId", "sessionId", "sessionType", "event")


def limits(world: World, call: Call) -> Answer:
    """Show quota and concurrency; `runningJobIds` is there only while something runs (F22)."""
    jobs, at = world.jobs, call.at
    running = [job.job_id for job in jobs.running(at)]
    shown: dict[str, Any] = {
        "concurrentLimit": world.organisation.concurrent_limit,
        "monthlyQuota": world.organisation.monthly_quota,
        "submittedJobIds": [job.job_id for job in jobs.counting(at)],
        "availableConcurrentLimit": max(jobs.free_places(at), 0),
        "availableMonthlyQuota": max(jobs.free_quota(at), 0),
    }
    return found({"jobs": shown | ({"runningJobIds": running} if running else {})})


def forecast(world: World, call: Call) -> Answer:
    """Answer with the latest week of a forecast as it is now (F21); costs no quota."""
    if not world.organisation.synchronous_forecast:
        raise Refused(404, gateway_error("no Route matched with those values", world.error_id().replace("-", "")))
    wishes = query_wishes(call) | {"includeHistorical": False}
    return Answer(200, document(answer(world.organisation, question(world, call, wishes), call.at)))


def forecast_types(world: World, call: Call) -> Answer:  # noqa: ARG001 - a handler like the others
    """List the types that can be exported: profile v1 alone has this (F2)."""
    return found(list(TYPES))


def audit_events(world: World, call: Call) -> Answer:
    """Show one page of audit events, and where the next one is (F29)."""
    try:
        limit, offset, asked, filters = _page(call)
    except WindowProblem as problem:
        raise Refused(400, audit_error(400, "bad_request", str(problem), target=problem.target)) from None
    every = events(world.organisation, asked.start, min(asked.end, call.at), filters)
    page = every[offset : offset + limit]
    shown: dict[str, Any] = {"items": page, "actors": actors_of(world.organisation, page)}
    if offset + limit < len(every):
        # The window is in the cursor, so that pages do not shift while time passes.
        cursor = {"offset": offset + limit, "from": asked.start.isoformat(), "to": asked.end.isoformat(), **filters}
        query = urlencode({"limit": limit, "cursor": _packed(cursor)})
        shown["nextLink"] = f"{world.address()}{call.path}?{query}"
    return found(shown)


def opportunities(world: World, call: Call) -> Answer:
    """Show opportunities by id, at most 100; ids that nobody knows are left out (F30)."""
    ids = call.every("oppId")
    if not ids:
        raise Refused(400, opportunity_error(400, "invalid query parameter", "oppId is required"))
    if len(ids) > MOST_OPPORTUNITIES:
        details = f"at most {MOST_OPPORTUNITIES} oppId are allowed, not {len(ids)}"
        raise Refused(400, opportunity_error(400, "invalid query parameter", details))
    shown = [each for name in dict.fromkeys(ids) if (each := opportunity(world.organisation, name, call.at))]
    return found({"opportunities": shown} if world.organisation.wrapped_opportunities else shown)


def _page(call: Call) -> tuple[int, int, Window, dict[str, str]]:
    limit = call.first("limit") or "100"
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit) <= _MOST_EVENTS):
        raise WindowProblem(f"limit must be an integer between 1 and {_MOST_EVENTS}", "limit")
    names = ("dateFrom", "dateTo")
    cursor = call.first("cursor")
    if cursor is None:
        filters = {name: value for name in _FILTERS if (value := call.first(name)) is not None}
        return int(limit), 0, window(call.first("dateFrom"), call.first("dateTo"), at=call.at, names=names), filters
    kept = _unpacked(cursor)
    asked = window(kept.pop("from"), kept.pop("to"), at=call.at, names=names)
    return int(limit), kept.pop("offset"), asked, kept


def _packed(cursor: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(cursor, separators=(",", ":")).encode()).decode().rstrip("=")


def _unpacked(cursor: str) -> dict[str, Any]:
    try:
        kept = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if isinstance(kept["offset"], int) and {"from", "to"} <= set(kept):
            return dict(kept)
    except (ValueError, KeyError, TypeError):
        pass
    raise WindowProblem("cursor is not one of ours", "cursor")
