"""Resilience: what fails in passing is tried again, what is half is not taken for whole, and an outage passes."""

from __future__ import annotations

from collections.abc import Sequence

from clari_readiness.simulator import (
    AnswerLost,
    BadGateway,
    BrokenGzip,
    CutShort,
    Dripping,
    During,
    Endless,
    ErrorInside,
    Fault,
    Malformed,
    Match,
    OthersExports,
    Reset,
    ResetInBody,
    Status,
    WrongType,
)
from clari_readiness.simulator.faults.combination import combined
from clari_readiness.simulator.faults.matching import JOB, QUEUED, RESULTS
from clari_readiness.simulator.faults.passing import passing
from clari_readiness.trial.course import End
from clari_readiness.trial.laws.journal import bounded
from clari_readiness.trial.laws.pauses import growing_delays
from clari_readiness.trial.laws.process import lets_go
from clari_readiness.trial.plays import and_recovers, once
from clari_readiness.trial.scenario import Faults, Scenario, Scene
from clari_readiness.trial.scenarios.making import WELL_SEEN, made

_BURST = (1, 2, 3)
_OUTAGE = 180.0
_COMBINATIONS = 3


def _burst(status: int) -> Faults:
    return made(lambda _: Status(JOB.turns(*_BURST), status), lambda _: Status(RESULTS.turns(*_BURST), status))


def _in_combination(scene: Scene) -> Sequence[Fault]:
    seed = scene.chance.randrange(1_000_000)
    return combined(seed, passing(scene.clock, seed=seed), faults=3).faults


_IN_PASSING = (
    Scenario(
        "resilience_500",
        ("RES-02",),
        "three looks at a job and three downloads in a row were answered 500",
        once,
        End.COMPLETE,
        _burst(500),
        laws=(growing_delays,),
        quick=True,
        pauses=WELL_SEEN,
    ),
    Scenario(
        "resilience_502_html",
        ("RES-02",),
        "three looks at a job and three downloads in a row were answered 502 with a page of HTML",
        once,
        End.COMPLETE,
        made(lambda _: BadGateway(JOB.turns(*_BURST)), lambda _: BadGateway(RESULTS.turns(*_BURST))),
    ),
    Scenario(
        "resilience_503",
        ("RES-02",),
        "three looks at a job and three downloads in a row were answered 503",
        once,
        End.COMPLETE,
        _burst(503),
    ),
    Scenario(
        "resilience_reset",
        ("RES-02",),
        "the connection was reset before the answer to the first look at a job and to the first download",
        once,
        End.COMPLETE,
        made(lambda _: Reset(JOB.turns(1)), lambda _: Reset(RESULTS.turns(1))),
    ),
    Scenario(
        "resilience_reset_in_body",
        ("RES-02", "CLA-11"),
        "the connection was reset in the middle of the first download",
        once,
        End.COMPLETE,
        made(lambda _: ResetInBody(RESULTS.turns(1))),
    ),
    Scenario(
        "resilience_cut_short",
        ("RES-02", "CLA-11"),
        "the body of the first download ended before its end",
        once,
        End.COMPLETE,
        made(lambda _: CutShort(RESULTS.turns(1))),
    ),
    Scenario(
        "resilience_broken_gzip",
        ("RES-02", "CLA-11"),
        "the first download was compressed, and broke off",
        once,
        End.EITHER,
        made(lambda _: BrokenGzip(RESULTS.turns(1))),
    ),
    Scenario(
        "resilience_dripping",
        ("RES-02",),
        "the body of each download came in drips, for a second",
        once,
        End.COMPLETE,
        made(lambda _: Dripping(RESULTS, drips=20, seconds=0.05)),
    ),
    Scenario(
        "resilience_endless",
        ("RES-02", "CLA-11"),
        "the body of the first download came in drips, and had no end",
        and_recovers,
        End.EITHER,
        made(lambda _: Endless(RESULTS.turns(1))),
        laws=(lets_go,),
        download_timeout=5.0,
    ),
    Scenario(
        "resilience_malformed",
        ("RES-02", "CLA-11"),
        "the first download was no JSON",
        once,
        End.EITHER,
        made(lambda _: Malformed(RESULTS.turns(1))),
    ),
    Scenario(
        "resilience_4xx",
        ("RES-02", "CLA-11"),
        "every look at a job was answered 403",
        and_recovers,
        End.LOUD,
        made(lambda _: Status(JOB, 403)),
        laws=(bounded(20),),
    ),
    Scenario(
        "resilience_error_inside",
        ("RES-02", "CLA-11"),
        "every download was an error, with status 200",
        and_recovers,
        End.LOUD,
        made(lambda _: ErrorInside(RESULTS)),
    ),
    Scenario(
        "resilience_wrong_type",
        ("RES-02", "CLA-11"),
        "every download was a page for people, with status 200",
        and_recovers,
        End.LOUD,
        made(lambda _: WrongType(RESULTS)),
    ),
)

_LOST = (
    Scenario(
        "resilience_post_answer_lost",
        ("RES-02", "RES-04"),
        "the connection was reset after its POST was accepted",
        once,
        End.EITHER,
        made(lambda _: AnswerLost(QUEUED.turns(1))),
        quick=True,
    ),
    Scenario(
        "resilience_post_among_others",
        ("RES-02", "RES-04"),
        "the connection was reset after its POST was accepted, while others exported the same quarter",
        once,
        End.EITHER,
        made(lambda _: AnswerLost(QUEUED.turns(1)), lambda _: OthersExports(QUEUED.turns(1))),
    ),
    Scenario(
        "resilience_post_502",
        ("RES-02",),
        "its POST was answered 502, and was never seen by Clari",
        once,
        End.EITHER,
        made(lambda _: BadGateway(QUEUED.turns(1))),
    ),
)

_OUTAGES = (
    Scenario(
        "resilience_outage",
        ("RES-01", "RES-02", "CLA-11"),
        f"nothing but 503 was answered for {_OUTAGE:.0f} s, from its second request on",
        and_recovers,
        End.EITHER,
        made(lambda scene: During(Status(Match(since=2), 503), scene.clock, _OUTAGE)),
        laws=(bounded(80), growing_delays),
        patience=600.0,
        most_exports=2,
        quick=True,
        pauses=WELL_SEEN,
    ),
    Scenario(
        "resilience_outage_silent",
        ("RES-01", "RES-02", "CLA-11"),
        f"every connection was reset for {_OUTAGE:.0f} s, from its third request on",
        and_recovers,
        End.EITHER,
        made(lambda scene: During(Reset(Match(since=3)), scene.clock, _OUTAGE)),
        laws=(bounded(80),),
        patience=600.0,
        most_exports=2,
    ),
)

_COMBINED = tuple(
    Scenario(
        f"resilience_combined_{number}",
        ("RES-02", "CLA-11"),
        "three faults that pass were drawn from the seed",
        once,
        End.EITHER,
        _in_combination,
        surfaces=("forecast", "audit"),
        periods=(0, 1),
        most_exports=2,
        pauses=WELL_SEEN,
    )
    for number in range(1, _COMBINATIONS + 1)
)

SCENARIOS = (*_IN_PASSING, *_LOST, *_OUTAGES, *_COMBINED)
