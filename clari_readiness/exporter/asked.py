"""Whether a job and its document are what was asked for, before anything of it is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from clari_readiness.errors import AmbiguousJob, DocumentRefused
from clari_readiness.model.exports import AMOUNTS, ExportRequest, Job
from clari_readiness.warehouse import StagedEntries


def complete(job: Job) -> None:
    """Refuse the document of a truncated job: its file is incomplete, and nothing else says so (F10)."""
    cut = [name for name, is_so in (("rows", job.rows_truncated), ("cells", job.cells_truncated)) if is_so]
    if cut:
        raise DocumentRefused(
            f"job {job.job_id} is DONE, but Clari says that its {' and '.join(cut)} were truncated: it is incomplete",
            way_out="ask for less at once: fewer types, a scope, or without the history",
        )


def ended(job: Job) -> datetime:
    """Return when a job that is DONE ended, by Clari's clock."""
    if job.end_time is None:
        raise DocumentRefused(f"job {job.job_id} is DONE, but does not say when it ended")
    return job.end_time


def of_its_period(request: ExportRequest, staged: StagedEntries) -> None:
    """Refuse a document of another period (F18)."""
    others = [period for period in staged.periods if period != request.time_period]
    if others or (staged.listed_periods and request.time_period not in staged.listed_periods):
        answer = ", ".join(others or staged.listed_periods)
        raise DocumentRefused(
            f"{_named(request)}: asked for {request.time_period}, and the answer holds {answer}",
            way_out="Clari answers an unknown period with the current one: mend fiscal_year or the forecast's name",
        )


def not_empty(request: ExportRequest, staged: StagedEntries) -> None:
    """Refuse a document without entries (F20)."""
    if not staged.entries:
        raise DocumentRefused(
            f"{_named(request)}: the export holds no entries",
            way_out="what the warehouse had stays; see whether anybody is opted in, and whether the quarter has begun",
        )


def with_its_types(request: ExportRequest, staged: StagedEntries, *, value_names: Mapping[str, str]) -> None:
    """Refuse a document in which no entry has a value of a type that was asked for."""
    absent = [kind for kind in request.types if kind in staged.absent_types]
    if absent:
        raise _without(_named(request), absent, staged, value_names)


def ours(request: ExportRequest, job_id: str, staged: StagedEntries) -> None:
    """Raise AmbiguousJob for an adopted job whose document is not what was asked for: it is somebody else's (F12)."""
    unasked = [kind for kind in AMOUNTS if kind not in request.types and kind not in staged.absent_types]
    absent = [kind for kind in request.types if kind in staged.absent_types]
    others = [period for period in staged.periods if period != request.time_period]
    if not (unasked or absent or others):
        return
    differs = [
        *(f"it holds {period}" for period in others),
        *(f"it has {kind}, which was not asked for" for kind in unasked),
        *(f"it has no {kind}" for kind in absent),
    ]
    raise AmbiguousJob(
        f"{_named(request)}: the answer to its POST was lost, and the only job begun since, {job_id}, is not the one:"
        f" {differs[0]}",
        way_out="let nothing else export with this token meanwhile, and run it again",
    )


def _named(request: ExportRequest) -> str:
    return f"{request.forecast_id} {request.time_period}"


def _without(what: str, absent: list[str], staged: StagedEntries, value_names: Mapping[str, str]) -> DocumentRefused:
    missing = ", ".join(f"{kind} (`{value_names.get(kind, AMOUNTS[kind][0])}`)" for kind in absent)
    unknown = ", ".join(staged.unknown_keys)
    return DocumentRefused(
        f"{what}: no entry has what was asked for as {missing}",
        way_out=f"is it one of {unknown}? then name it in value_names"
        if unknown
        else "ask Clari, or do not ask for it",
    )
