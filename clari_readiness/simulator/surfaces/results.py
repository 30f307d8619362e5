"""What a finished job holds: content as of the moment it began to run, the same at every download (F9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from clari_readiness.simulator import exact
from clari_readiness.simulator.jobs import Job, State
from clari_readiness.simulator.organisation.activities import activities
from clari_readiness.simulator.organisation.audit import actors_of, events
from clari_readiness.simulator.organisation.document import document
from clari_readiness.simulator.organisation.forecast import Question, answer, period_for
from clari_readiness.simulator.organisation.settings import Organisation
from clari_readiness.simulator.organisation.spreadsheet import spreadsheet
from clari_readiness.simulator.plan import Plan
from clari_readiness.simulator.refusals import as_json


def results(organisation: Organisation, job: Job, state: State) -> bytes:
    """Return the file of a job that is DONE."""
    began = state.began or job.created
    if job.kind == "FORECAST":
        return _forecast(organisation, job, began)
    start, end = (datetime.fromisoformat(job.request[name]) for name in ("from", "to"))
    if job.kind == "ACTIVITY":
        return as_json({"activities": activities(organisation, start, end, tuple(job.request["activityTypes"]))})
    items = events(organisation, start, min(end, began), job.request["filters"])
    return as_json({"items": items, "actors": actors_of(organisation, items)})


def format_of(job: Job) -> str:
    """Return JSON or CSV."""
    return str(job.request.get("exportFormat", "JSON"))


def title(job: Job) -> str:
    """Return what a job is called: the tab's name for a forecast, which is a hint and no proof (F12)."""
    if job.kind == "FORECAST":
        return str(job.request["forecastId"]).replace("_", " ").title()
    return "Activity Export" if job.kind == "ACTIVITY" else "Audit Export"


def file_name(organisation: Organisation, job: Job) -> str:
    """Return the file's name: tab, quarter and time stand in that of a forecast."""
    stamp = f"{job.created:%Y%m%d_%H%M%S}.{format_of(job).lower()}"
    if job.kind != "FORECAST":
        return f"clari_export_{job.kind.lower()}_{stamp}"
    period = period_for(organisation, question_of(job).period, job.created)
    return f"clari_export_forecast_{job.request['forecastId']}_{period.name}_{stamp}"


def question_of(job: Job) -> Question:
    """Return what is answered by a job that exports a forecast: what was asked, but for what its plan ignores."""
    asked, plan = job.request, job.plan
    return Question(
        asked["forecastId"],
        None if plan.period_ignored else asked["timePeriod"],
        tuple(asked["typesToExport"]),
        asked["scopeId"],
        asked["currency"],
        asked["includeHistorical"] or plan.every_week,
    )


def _forecast(organisation: Organisation, job: Job, began: datetime) -> bytes:
    found = answer(organisation, question_of(job), began)
    if job.truncated(organisation):
        found = replace(found, entries=found.entries[: len(found.entries) // 2])
    if format_of(job) == "CSV":
        return spreadsheet(found)
    return told(document(found), job.plan)


def told(text: bytes, plan: Plan) -> bytes:
    """Return a forecast's document as the plan has it told."""
    return exact.written(plan.told(exact.read(text))) if plan.contents else text
