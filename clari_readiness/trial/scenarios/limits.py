"""Limits: too many requests (F27), out of quota, too many jobs at once (F23)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from clari_readiness.simulator import Fault, LimitReached, Match, Status
from clari_readiness.simulator.faults.matching import JOB, QUEUED, QUEUED_OR_LIMITS, RESULTS
from clari_readiness.trial.course import End
from clari_readiness.trial.laws.journal import bounded, growing_delays, respects_retry_after, waited_for_a_slot
from clari_readiness.trial.plays import after_a_good_run, once
from clari_readiness.trial.scenario import SMALL, Scenario, Scene

_PAUSE = 6


def _retry_after_seconds(scene: Scene) -> Sequence[Fault]:  # noqa: ARG001 - as all faults are made
    return [Status(Match(nth=frozenset({1, 3})), 429, {"retry-after": str(_PAUSE)})]


def _no_retry_after(scene: Scene) -> Sequence[Fault]:  # noqa: ARG001 - as all faults are made
    runs = frozenset({1, 2, 3, 4})
    paths = (QUEUED, JOB, RESULTS)
    return [Status(replace(match, nth=runs), 429) for match in paths]


def _out_of_quota(scene: Scene) -> Sequence[Fault]:  # noqa: ARG001 - as all faults are made
    return [LimitReached("monthly")]


def _no_slot(scene: Scene) -> Sequence[Fault]:  # noqa: ARG001 - as all faults are made
    return [LimitReached("concurrent", replace(QUEUED_OR_LIMITS, nth=frozenset({1, 2, 3})))]


SCENARIOS = (
    Scenario(
        "limits_429_seconds",
        ("API-02",),
        f"its first and its third request were answered 429 with Retry-After: {_PAUSE}",
        once,
        End.COMPLETE,
        _retry_after_seconds,
        laws=(respects_retry_after(_PAUSE),),
        quick=True,
    ),
    Scenario(
        "limits_429_silent",
        ("API-02", "RES-02"),
        "the first four of each of its requests were answered 429 without Retry-After",
        once,
        End.COMPLETE,
        _no_retry_after,
        laws=(growing_delays,),
        periods=(0, 1),
    ),
    Scenario(
        "limits_out_of_quota",
        ("CLA-05", "CLA-11"),
        "the monthly quota was used up",
        after_a_good_run,
        End.LOUD,
        _out_of_quota,
        laws=(bounded(12),),
    ),
    Scenario(
        "limits_no_slot",
        ("CLA-05",),
        "as many jobs as are allowed were running already, for a while",
        once,
        End.COMPLETE,
        _no_slot,
        laws=(waited_for_a_slot,),
        periods=(0, 1),
        organisation=replace(SMALL, concurrent_limit=1),
    ),
)
