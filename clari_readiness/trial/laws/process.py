"""Laws on the process: it ends, and its exit code is the truth."""

from __future__ import annotations

from collections.abc import Iterator

from clari_readiness.simulator.faults.endless import ENDLESS
from clari_readiness.trial.course import Course, End, Run
from clari_readiness.trial.verdict import ENDS, Broken


def ended(course: Course) -> Iterator[Broken]:
    """Judge that it ends by itself, in time."""
    for run in course.runs:
        for end in run.ends:
            if end.overdue:
                asked = len(run.requests)
                yield Broken(ENDS, f"did not end within {end.allowed:.0f} s, after {_count(asked)}: it was stopped")


def lets_go(course: Course) -> Iterator[Broken]:
    """Judge that it does not hang on a body that drips for ever: it has another try, or gives up by itself."""
    for run in course.runs:
        hung = [each for each in run.requests if ENDLESS in (each.line.fault or "")]
        if hung and run.requests[-1] is hung[-1] and any(end.overdue for end in run.ends):
            waited, told = course.pace.real(hung[-1].ended - hung[-1].at), course.pace.download_timeout
            yield Broken(
                "hangs",
                f"still read an answer that dripped without end after {waited:.0f} s, when it was stopped;"
                f" {told:g} s were told for a whole one",
                ({"request": hung[-1].line.number, "what": hung[-1].what},),
            )


def told_the_truth(course: Course) -> Iterator[Broken]:
    """Judge that the exit code is not 0 when anything is missing, and 0 when all is there."""
    for run in course.runs:
        codes = [end.exit_code for end in run.ends if not end.overdue]
        if run.must is End.LOUD and 0 in codes:
            yield Broken("loud", f"ended with exit code 0, although what it asked for could not be had{_which(run)}")
        if run.must is End.COMPLETE and codes and 0 not in codes:
            said = f": {run.said}" if run.said else ""
            yield Broken("quiet", f"ended with {_ending(codes[0])}, although all could be had{_which(run)}{said}")


def _ending(code: int | None) -> str:
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"


def _which(run: Run) -> str:
    return f" (run {run.number})" if run.number > 1 else ""


def _count(requests: int) -> str:
    return "1 request" if requests == 1 else f"{requests} requests"
