"""The laws that hold in every scenario."""

from __future__ import annotations

from collections.abc import Iterator

from clari_readiness.trial.course import Course
from clari_readiness.trial.laws import journal, process, rows
from clari_readiness.trial.scenario import Scenario
from clari_readiness.trial.verdict import Broken


def judged(scenario: Scenario, course: Course) -> tuple[Broken, ...]:
    """Return each law that was broken, the worst first: the key, the rows, what was asked for, the process."""
    return tuple(_judged(scenario, course))


def _judged(scenario: Scenario, course: Course) -> Iterator[Broken]:
    for law in (
        journal.key_stays,
        journal.own_key_only,
        rows.kept,
        journal.exports_once(scenario.most_exports),
        *scenario.laws,
        journal.bounded(scenario.most_requests),
        journal.no_hopeless_repeats,
        journal.unhurried_polling,
        journal.respects_retry_after,
        journal.undeclared_surfaces,
        process.told_the_truth,
        process.ended,
    ):
        yield from law(course)
