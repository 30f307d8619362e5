"""Whether a busy machine hides the pauses of an exporter: what it adds between two requests looks like one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from statistics import median

from clari_readiness.trial.course import Course, Request

_PLAIN = 0.3  # seconds of the simulator's clock: less than that hides no pause that a law asks for


def hidden_by(course: Course, share: float) -> float:
    """Return what the machine added, if that is more than this share of the pauses that there should be; otherwise 0.

    Then nobody can tell a pause from none.
    """
    pauses = list(_pauses(course))
    return course.added if pauses and course.added > max(_PLAIN, share * median(pauses)) else 0.0


def _pauses(course: Course) -> Iterator[float]:
    for run in course.runs:
        if len(run.ends) == 1:
            for answered, following in pairwise(run.requests):
                if _asks_for_a_pause(answered, following):
                    yield max(0.0, following.at - answered.ended)


def _asks_for_a_pause(answered: Request, following: Request) -> bool:
    """Return whether something had failed, or a job was not done: what comes next should not come at once."""
    status = answered.line.status
    return status is None or status >= 400 or answered.same == following.same
