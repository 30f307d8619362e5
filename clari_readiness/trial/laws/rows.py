"""Laws on the rows: what was lost, duplicated, stale, resurrected, of a wrong period, inexact or altered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from clari_readiness.trial.course import Course, Document, End, Run
from clari_readiness.trial.laws import others
from clari_readiness.trial.laws.period import counted, differences
from clari_readiness.trial.laws.told import key_of, rows_of
from clari_readiness.trial.rows import Row
from clari_readiness.trial.verdict import Broken

_ENDED_BY_THE_TRIAL = {End.KILLED: "it was killed", End.CUT_OFF: "its session with the server was broken"}
_A_WEEK = 7  # days: who exports a past quarter more rarely is not told it as it is


def kept(course: Course) -> Iterator[Broken]:
    """Judge that after a good run all is there, and after a failed one all is as it was: never anything in between."""
    for run in course.runs:
        if run.succeeded and run.must in (End.COMPLETE, End.EITHER, End.CUT_OFF):
            yield from _complete(course, run)
        elif run.must is End.LOUD and course.about == "forecast":
            yield from unchanged(run)
        else:
            yield from others.no_worse(run, course.spare_events)
            yield from _whole(course, run)


def unchanged(run: Run) -> Iterator[Broken]:
    """Judge that every row of forecasts is as it was before the run."""
    gone, new = (
        _difference(run.before.forecasts, run.after.forecasts),
        _difference(run.after.forecasts, run.before.forecasts),
    )
    if gone or new:
        why = "what it asked for could not be had" if run.succeeded else "it failed"
        yield Broken(
            "unchanged",
            f"changed the rows although {why}: {_changes(gone, new)}{_judged(run)}",
            tuple({"gone": row} for row in gone) + tuple({"new": row} for row in new),
        )


def vanished_are_kept(course: Course) -> Iterator[Broken]:
    """Judge that nobody's earlier rows go when a later export lacks them (F17)."""
    for run in course.runs:
        left = {key_of(row, run.after) for row in run.after.forecasts}
        gone = [row for row in run.before.forecasts if key_of(row, run.before) not in left]
        if gone:
            people = sorted({str(row["user_id"]) for row in gone})
            yield Broken(
                "kept",
                f"deleted {counted(len(gone), 'row')} of {', '.join(people[:3])}, whom a later export lacks",
                tuple(gone),
            )


def loaded(course: Course, run: Run, period: str) -> bool:
    """Return whether a period's export had come to its rows when the run ended.

    Where no column says which export a row is of, equal rows may be those of the one before: it counts as loaded.
    """
    document = _latest(course, run, period)
    if document is None or document.job_id not in run.truth.downloaded:
        return False
    before, after = rows_of(run.before, period), rows_of(run.after, period)
    if {"exported_at", "job_id"} <= run.after.absent and not list(differences(run, period, document)):
        return True
    return bool(_difference(after, before))


def _whole(course: Course, run: Run) -> Iterator[Broken]:
    """Judge that each period is as it was, or as the truth is: nothing in between, whenever it was stopped."""
    for period in run.assignment.time_periods:
        before, after = rows_of(run.before, period), rows_of(run.after, period)
        if not _difference(before, after) and not _difference(after, before):
            continue
        document = _latest(course, run, period)
        wrong = list(differences(run, period, document)) if document else []
        if wrong or document is None:
            what = wrong[0].sentence if wrong else "it holds what was never downloaded"
            yield Broken(
                "whole", f"left {period} neither as it was nor complete{_judged(run)}: {what}", _details(wrong)
            )


def _complete(course: Course, run: Run) -> Iterator[Broken]:
    for period in run.assignment.time_periods:
        document = _latest(course, run, period)
        if document is None:
            yield Broken("lost", f"lost all of {period}: {_instead(run)}")
        elif run.days > _A_WEEK and document.job_id not in run.truth.downloaded:
            yield Broken(
                "stale",
                f"left {period} as it was {run.days:.0f} days before{_judged(run)}: it downloaded nothing of it",
            )
        else:
            yield from differences(run, period, document)
    yield from _wrong_periods(run)
    yield from others.events(run, course.spare_events)
    yield from others.opportunities(run)


def _instead(run: Run) -> str:
    return "it took the job of another for its own" if run.truth.taken else "it was never downloaded"


def _wrong_periods(run: Run) -> Iterator[Broken]:
    ours = {str(row["forecast_name"]) for row in run.after.forecasts} - {run.assignment.forecast_id}
    if ours:
        yield Broken("invented", f"holds rows of a forecast that was not asked for: {min(ours)}")
    held = Counter(str(row["time_period"]) for row in run.after.forecasts)
    before = {str(row["time_period"]) for row in run.before.forecasts}
    for period in sorted(set(held) - set(run.assignment.time_periods) - before):
        yield Broken("period", f"holds {counted(held[period], 'row')} of {period}, which was not asked for")


def _latest(course: Course, run: Run, period: str) -> Document | None:
    """Return the good document of the period that was downloaded last, in this run or an earlier one."""
    known = {document.job_id: document for document in run.truth.documents}
    for earlier in reversed(course.runs[: run.number]):
        for job_id in reversed(earlier.truth.downloaded):
            document = known.get(job_id)
            if document is not None and document.period == period and not document.damage:
                return document
    return None


def _difference(some: Sequence[Row], others_: Sequence[Row]) -> list[Row]:
    """Return the rows that the one has more often than the other."""
    left = Counter(_hashable(row) for row in some) - Counter(_hashable(row) for row in others_)
    return [dict(row) for row in left.elements()]


def _hashable(row: Row) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(row.items()))


def _details(broken: Iterable[Broken]) -> tuple[Mapping[str, Any], ...]:
    return tuple(detail for each in broken for detail in each.details)


def _changes(gone: Sequence[Row], new: Sequence[Row]) -> str:
    said = (f"{counted(len(gone), 'row')} gone" if gone else "", f"{counted(len(new), 'row')} new" if new else "")
    return ", ".join(filter(None, said))


def _judged(run: Run) -> str:
    if run.must in _ENDED_BY_THE_TRIAL:
        return f" when {_ENDED_BY_THE_TRIAL[run.must]} (run {run.number})"
    return f" (run {run.number})" if run.number > 1 else ""
