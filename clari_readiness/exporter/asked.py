"""Whether a job and its document are what was asked for, before anything of it is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from clari_readiness.errors import DocumentRefused
from clari_readiness.model.exports import AMOUNTS, ExportRequest, Job
from clari_readiness.warehouse import StagedEntries


def complete(job: Job) -> datetime:
    """Return when the job ended, by Clari's clock; a truncated one is refused: its file is incomplete (F10)."""
    cut = [name for name, is_so in (("rows", job.rows_truncated), ("cells", job.cells_truncated)) if is_so]
    if cut:
        raise DocumentRefused(
            f"job {job.job_id} is DONE, but Clari says that its {' and '.join(cut)} were truncated: it is incomplete",
            way_out="ask for less at once: fewer types, a scope, or without the history",
        )
    if job.end_time is None:
        raise DocumentRefused(f"job {job.job_id} is DONE, but does not say when it ended")
    return job.end_time


def answered(request: ExportRequest, staged: StagedEntries, *, value_names: Mapping[str, str]) -> None:
    """Refuse a document that is empty (F20), of another period (F18), or without a type that was asked for."""
    what = f"{request.forecast_id} {request.time_period}"
    others = [period for period in staged.periods if period != request.time_period]
    if others or (staged.listed_periods and request.time_period not in staged.listed_periods):
        answer = ", ".join(others or staged.listed_periods)
        raise DocumentRefused(
            f"{what}: asked for {request.time_period}, and the answer holds {answer}",
            way_out="Clari answers an unknown period with the current one: mend fiscal_year or the forecast's name",
        )
    if not staged.entries:
        raise DocumentRefused(
            f"{what}: the export holds no entries",
            way_out="what the warehouse had stays; see whether anybody is opted in, and whether the quarter has begun",
        )
    absent = [kind for kind in request.types if kind in staged.absent_types]
    if absent:
        raise _without(what, absent, staged, value_names)


def _without(what: str, absent: list[str], staged: StagedEntries, value_names: Mapping[str, str]) -> DocumentRefused:
    missing = ", ".join(f"{kind} (`{value_names.get(kind, AMOUNTS[kind][0])}`)" for kind in absent)
    unknown = ", ".join(staged.unknown_keys)
    return DocumentRefused(
        f"{what}: no entry has what was asked for as {missing}",
        way_out=f"is it one of {unknown}? then name it in value_names"
        if unknown
        else "ask Clari, or do not ask for it",
    )
