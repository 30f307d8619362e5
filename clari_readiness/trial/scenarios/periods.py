"""Periods: a wrong quarter (F18), nothing at all (F20), half of it (F10), a week in two quarters (F14)."""

from __future__ import annotations

from clari_readiness.simulator import EmptyResults, SharedWeek, Truncated, WrongPeriod
from clari_readiness.trial.course import End
from clari_readiness.trial.plays import and_recovers, once
from clari_readiness.trial.scenario import Scenario
from clari_readiness.trial.scenarios.making import made

SCENARIOS = (
    Scenario(
        "period_wrong_quarter",
        ("CLA-03", "CLA-11"),
        "it asked for the last quarter, and every answer held the current one",
        and_recovers,
        End.LOUD,
        made(lambda _: WrongPeriod()),
        periods=(1,),
        quick=True,
    ),
    Scenario(
        "period_empty",
        ("RES-03", "CLA-11"),
        "every export was empty",
        and_recovers,
        End.LOUD,
        made(lambda _: EmptyResults()),
        quick=True,
    ),
    Scenario(
        "period_rows_truncated",
        ("CLA-02", "CLA-11"),
        "every export had half of its rows, and said rowsTruncated",
        and_recovers,
        End.LOUD,
        made(lambda _: Truncated(flag="rowsTruncated")),
        quick=True,
    ),
    Scenario(
        "period_cells_truncated",
        ("CLA-02", "CLA-11"),
        "every export had half of its rows, and said cellsTruncated",
        and_recovers,
        End.LOUD,
        made(lambda _: Truncated(flag="cellsTruncated")),
    ),
    Scenario(
        "period_shared_week",
        ("API-05",),
        "one week was in two quarters",
        once,
        End.COMPLETE,
        made(lambda _: SharedWeek()),
        periods=(0, 1),
        quick=True,
    ),
)
