"""Why nobody can say what an exporter did: the faults met no request, or its rows may be in a table of another name."""

from __future__ import annotations

from clari_readiness.trial.course import Course, Run
from clari_readiness.trial.rows import AUDIT_EVENTS, FORECASTS, OPPORTUNITIES, Mapped, TableNames

_SHOWN = 20
_ASKED = {AUDIT_EVENTS: "/audit/events", OPPORTUNITIES: "/opportunity"}


def untested(course: Course) -> str:
    """Return why nothing was put to the test: the faults met no request."""
    faulty = [run for run in course.runs if run.faulty]
    met = [run for run in faulty if any(request.line.fault for request in run.requests)]
    if met or not faulty:
        return ""
    codes = " and ".join(str(end.exit_code) for end in faulty[0].ends)
    said = f", saying {faulty[0].said!r}" if faulty[0].said else ""
    return f"it sent no request that the fault was for, and ended with exit code {codes}{said}"


def unnamed(course: Course, mapped: Mapped) -> str:
    """Return which table a run without faults, which says that all went well, has not left, though it left others."""
    run = course.runs[-1]
    there = run.after.relations or tuple(run.after.tables)
    if run.faulty or not run.succeeded or not there:
        return ""
    for ours in (FORECASTS, *(table for table, path in _ASKED.items() if _asked(run, path))):
        if ours not in run.after.tables:
            name = mapped.get(ours, TableNames(ours)).name
            return (
                f"its warehouse has no table or view {name}; it has {', '.join(there[:_SHOWN])};"
                f' say which it is: trial.tables.{ours}.name = "..."'
            )
    return ""


def _asked(run: Run, path: str) -> bool:
    return any(request.line.path.endswith(path) for request in run.requests)
