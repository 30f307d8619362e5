"""Export jobs, seen by the users who started them: list, status, cancelling and results (F6 to F9)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from clari_readiness.simulator.jobs import Job, Refusal, State
from clari_readiness.simulator.organisation.document import milliseconds
from clari_readiness.simulator.surfaces.calls import Answer, Call, Refused, World, found
from clari_readiness.simulator.surfaces.results import file_name, format_of, results, title


def every(world: World, call: Call) -> Answer:
    """List the jobs of this user, finished and cancelled ones included (F7)."""
    mine = [described(world, job, call) for job in world.jobs.all() if job.user_id == call.user.user_id]
    mine = [shown for shown in mine if shown["status"] != "GONE"]
    return found({"jobs": mine} if world.organisation.wrapped_job_lists else mine)


def one(world: World, call: Call) -> Answer:
    """Show one job (F6)."""
    shown = described(world, _job(world, call), call)
    return found({"job": shown} if world.organisation.wrapped_jobs else shown)


def cancel(world: World, call: Call) -> Answer:
    """Cancel a job that has not finished (F8)."""
    job = _job(world, call)
    try:
        wanted = call.document().get("type")
    except ValueError:
        wanted = None
    if wanted != "CANCEL":
        raise world.refuse(400, "bad_request", "The type must be CANCEL.")
    try:
        state = world.jobs.cancel(job, call.at)
    except Refusal:
        message = "Cannot cancel the job because it already finished executing."
        raise world.refuse(400, "export_failed_to_cancel", message) from None
    return found({"status": state.status, "successful": True})


def download(world: World, call: Call) -> Answer:
    """Answer with the results of a job that is DONE and has not expired (F9)."""
    job = _job(world, call, unknown=("invalid_jobId", "No job has this jobId."))
    state = job.state(world.organisation, call.at)
    if state.status != "DONE":
        raise world.refuse(400, "invalid_jobId", f"Cannot retrieve data for a job that is {state.status}.")
    if call.at >= _expires(world, state):
        raise world.refuse(400, "invalid_jobId", "Cannot retrieve data for a job whose results have expired.")
    content_type = "text/csv; charset=utf-8" if format_of(job) == "CSV" else "application/json"
    body = results(world.organisation, job, state)
    world.jobs.downloaded(job)
    name = file_name(world.organisation, job)
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Answer(200, body, content_type, headers, notes=job.plan.notes)


def described(world: World, job: Job, call: Call) -> dict[str, Any]:
    """Return a job as the API shows it; what has not happened yet has no time."""
    state = job.state(world.organisation, call.at)
    truncated = job.truncated(world.organisation) if state.status == "DONE" else None
    ended = (
        {"endTime": milliseconds(state.ended), "expiredTime": milliseconds(_expires(world, state))}
        if state.ended
        else {}
    )
    return {
        "jobId": job.job_id,
        "userId": job.user_id,
        "orgId": world.organisation.org_id,
        "title": title(job),
        "module": job.kind,
        "startTime": milliseconds(job.created),
        **ended,
        "version": 1,
        "fileName": file_name(world.organisation, job),
        "fileType": format_of(job),
        "status": state.status,
        "viewed": job.downloads > 0,
        "cellsTruncated": truncated == "cellsTruncated",
        "rowsTruncated": truncated == "rowsTruncated",
        "downloads": job.downloads,
        "deliveryStatusMap": {},
        "currency": job.request.get("currency") or world.organisation.currency,
    }


def _job(world: World, call: Call, *, unknown: tuple[str, str] = ("SWW", "Something went wrong")) -> Job:
    job = world.jobs.get(call.segments["job_id"])
    if job is None:
        raise world.refuse(400, *unknown)
    if job.user_id != call.user.user_id:
        raise _forbidden(world)
    if job.state(world.organisation, call.at).status == "GONE":
        raise world.refuse(404, "not_found", "There is no such job.")
    return job


def _forbidden(world: World) -> Refused:
    return world.refuse(403, "forbidden", "Invalid permissions to view this job.")


def _expires(world: World, state: State) -> Any:
    assert state.ended is not None  # noqa: S101 - only asked of jobs that have ended
    return state.ended + timedelta(days=world.organisation.results_days)
