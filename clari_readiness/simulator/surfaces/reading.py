"""What is read without a job: limits (F22), the synchronous forecast (F21), opportunities (F30)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from clari_readiness.simulator.organisation.document import document
from clari_readiness.simulator.organisation.forecast import answer
from clari_readiness.simulator.organisation.opportunities import opportunity
from clari_readiness.simulator.organisation.settings import TYPES
from clari_readiness.simulator.refusals import gateway_error, opportunity_error
from clari_readiness.simulator.surfaces.asking import query_wishes, question
from clari_readiness.simulator.surfaces.calls import Answer, Call, Refused, World, found
from clari_readiness.simulator.surfaces.results import told

MOST_OPPORTUNITIES = 100


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
    asked = question(world, call, wishes)
    if call.plan.period_ignored:
        asked = replace(asked, period=None)
    return Answer(200, told(document(answer(world.organisation, asked, call.at)), call.plan))


def forecast_types(world: World, call: Call) -> Answer:  # noqa: ARG001 - a handler like the others
    """List the types that can be exported: profile v1 alone has this (F2)."""
    return found(list(TYPES))


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
