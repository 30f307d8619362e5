"""Periods: a wrong quarter (F18), nothing at all (F20), half of it (F10), a week in two quarters (F14)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from clari_readiness.simulator import EmptyResults, Fault, Truncated, WrongPeriod
from clari_readiness.trial.course import End
from clari_readiness.trial.plays import and_recovers, once
from clari_readiness.trial.scenario import Scenario, Scene

_AT_A_TURN = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)  # the second day of a quarter whose first week is the last one's


def _wrong_quarter(scene: Scene) -> Sequence[Fault]:  # noqa: ARG001 - as all faults are made
    return [WrongPeriod()]


def _empty(scene: Scene) -> Sequence[Fault]:  # noqa: ARG001 - as all faults are made
    return [EmptyResults()]


def _rows_truncated(scene: Scene) -> Sequence[Fault]:  # noqa: ARG001 - as all faults are made
    return [Truncated()]


def _cells_truncated(scene: Scene) -> Sequence[Fault]:  # noqa: ARG001 - as all faults are made
    return [Truncated(flag="cellsTruncated")]


SCENARIOS = (
    Scenario(
        "period_wrong_quarter",
        ("CLA-03", "CLA-11"),
        "every answer held the current quarter, whatever was asked for",
        and_recovers,
        End.LOUD,
        _wrong_quarter,
        periods=(1,),
        quick=True,
    ),
    Scenario(
        "period_empty",
        ("RES-03", "CLA-11"),
        "every export was empty",
        and_recovers,
        End.LOUD,
        _empty,
        quick=True,
    ),
    Scenario(
        "period_rows_truncated",
        ("CLA-02", "CLA-11"),
        "every export had half of its rows, and said rowsTruncated",
        and_recovers,
        End.LOUD,
        _rows_truncated,
        quick=True,
    ),
    Scenario(
        "period_cells_truncated",
        ("CLA-02", "CLA-11"),
        "every export had half of its rows, and said cellsTruncated",
        and_recovers,
        End.LOUD,
        _cells_truncated,
    ),
    Scenario(
        "period_shared_week",
        ("API-05",),
        "one week was in two quarters",
        once,
        End.COMPLETE,
        periods=(0, 1),
        at=_AT_A_TURN,
    ),
)
