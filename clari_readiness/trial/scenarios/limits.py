"""Limits: too many requests (F27), out of quota, too many jobs at once (F23)."""

from __future__ import annotations

from dataclasses import replace

from clari_readiness.simulator import During, LimitReached, Match, RateLimited
from clari_readiness.simulator.faults.matching import JOB, QUEUED, QUEUED_OR_LIMITS, RESULTS
from clari_readiness.trial.course import End
from clari_readiness.trial.laws.journal import bounded, stops_when_out_of_quota, waited_for_a_slot
from clari_readiness.trial.laws.pauses import growing_delays, jittered, unclear
from clari_readiness.trial.plays import after_a_good_run, once
from clari_readiness.trial.scenario import SMALL, Scenario
from clari_readiness.trial.scenarios.making import WELL_SEEN, made

_PAUSE = 6.0
_TAKEN = 12.0
_FIRST_AND_THIRD = Match(nth=frozenset({1, 3}))
_FOUR = (1, 2, 3, 4)
_THREE_OF_FOUR = Match(nth=frozenset(n for n in range(1, 400) if n % 4))
_NO_END = "99999999"

SCENARIOS = (
    Scenario(
        "limits_429_seconds",
        ("API-02",),
        f"its first and its third request were answered 429 with Retry-After: {_PAUSE:g}",
        once,
        End.COMPLETE,
        made(lambda _: RateLimited(_FIRST_AND_THIRD, _PAUSE)),
        quick=True,
        pauses=WELL_SEEN,
    ),
    Scenario(
        "limits_429_date",
        ("API-02",),
        f"its first and its third request were answered 429 with Retry-After as a date {_PAUSE:g} s ahead",
        once,
        End.COMPLETE,
        made(lambda scene: RateLimited(_FIRST_AND_THIRD, _PAUSE, scene.clock)),
        pauses=WELL_SEEN,
    ),
    Scenario(
        "limits_429_silent",
        ("API-02", "RES-02"),
        "four of each of its requests in a row were answered 429 without Retry-After",
        once,
        End.COMPLETE,
        made(*(lambda _, match=match: RateLimited(match.turns(*_FOUR)) for match in (QUEUED, JOB, RESULTS))),
        laws=(growing_delays,),
        periods=(0, 1),
        pauses=WELL_SEEN,
    ),
    Scenario(
        "limits_429_each",
        ("API-02",),
        "each of its requests was answered 429 three times, without Retry-After",
        once,
        End.COMPLETE,
        made(lambda _: RateLimited(_THREE_OF_FOUR)),
        laws=(jittered,),
        periods=(0, 1, 2, 3),
        most_requests=200,
        patience=900.0,
        pauses=0.1,
        unclear=unclear,
    ),
    Scenario(
        "limits_429_absurd",
        ("API-02",),
        f"its first look at a job was answered 429 with Retry-After: {_NO_END}",
        once,
        End.EITHER,
        made(lambda _: RateLimited(JOB.turns(1), _NO_END)),
        laws=(bounded(40),),
    ),
    Scenario(
        "limits_out_of_quota",
        ("CLA-05", "CLA-11"),
        "the monthly quota was used up",
        after_a_good_run,
        End.LOUD,
        made(lambda _: LimitReached("monthly")),
        laws=(bounded(12), stops_when_out_of_quota),
        quick=True,
    ),
    Scenario(
        "limits_no_slot",
        ("CLA-05",),
        f"as many jobs as are allowed were running already, for {_TAKEN:g} s",
        once,
        End.COMPLETE,
        made(lambda scene: During(LimitReached("concurrent", QUEUED_OR_LIMITS), scene.clock, _TAKEN)),
        laws=(waited_for_a_slot,),
        periods=(0, 1),
        pauses=WELL_SEEN,
    ),
    Scenario(
        "limits_one_slot",
        ("CLA-05",),
        "one job at a time was allowed, and two were due",
        once,
        End.COMPLETE,
        laws=(waited_for_a_slot,),
        periods=(0, 1),
        organisation=replace(SMALL, concurrent_limit=1),
        job_seconds=(6.0, 8.0),
        pauses=WELL_SEEN,
    ),
)
