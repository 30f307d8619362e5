"""Resilience: what fails in passing is tried again, what is half is not taken for whole, and an outage passes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from clari_readiness.simulator import (
    AnswerLost,
    CutShort,
    Dripping,
    ErrorInside,
    Fault,
    Malformed,
    Match,
    Outage,
    Reset,
    ResetInBody,
    Status,
    WrongType,
)
from clari_readiness.simulator.faults.matching import JOB, QUEUED, RESULTS
from clari_readiness.trial.course import End
from clari_readiness.trial.laws.journal import bounded, growing_delays
from clari_readiness.trial.plays import and_recovers, once
from clari_readiness.trial.scenario import Faults, Scenario, Scene

_FIRST = frozenset({1})
_BURST = frozenset({1, 2, 3})
_HTML = (
    b"<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>"
)
_OUTAGE = 180.0

_LOOKS = replace(JOB, nth=_BURST)
_DOWNLOADS = replace(RESULTS, nth=_BURST)
_FIRST_DOWNLOAD = replace(RESULTS, nth=_FIRST)
_FIRST_LOOK = replace(JOB, nth=_FIRST)


def _always(*faults: Callable[[], Fault]) -> Faults:
    """Return faults that take nothing from the scene; made anew each time, since some of them count."""
    return lambda scene: [fault() for fault in faults]  # noqa: ARG005 - as all faults are made


def _outage(scene: Scene) -> Sequence[Fault]:
    # From the first look at a job on: the POST was accepted, and what follows it is lost.
    begins = scene.clock.monotonic()
    return [Outage(scene.clock, begins, begins + _OUTAGE, match=Match("GET", r"/v\d+/.*"))]


SCENARIOS = (
    Scenario(
        "resilience_500",
        ("RES-02",),
        "three looks at a job and three downloads in a row were answered 500",
        once,
        End.COMPLETE,
        _always(lambda: Status(_LOOKS, 500), lambda: Status(_DOWNLOADS, 500)),
        laws=(growing_delays,),
        quick=True,
    ),
    Scenario(
        "resilience_502_html",
        ("RES-02",),
        "three looks at a job and three downloads in a row were answered 502 with a page of HTML",
        once,
        End.COMPLETE,
        _always(
            lambda: Status(_LOOKS, 502, body=_HTML, content_type="text/html"),
            lambda: Status(_DOWNLOADS, 502, body=_HTML, content_type="text/html"),
        ),
    ),
    Scenario(
        "resilience_503",
        ("RES-02",),
        "three looks at a job and three downloads in a row were answered 503",
        once,
        End.COMPLETE,
        _always(lambda: Status(_LOOKS, 503), lambda: Status(_DOWNLOADS, 503)),
    ),
    Scenario(
        "resilience_reset",
        ("RES-02",),
        "the connection was reset before the answer to the first look at a job and to the first download",
        once,
        End.COMPLETE,
        _always(lambda: Reset(_FIRST_LOOK), lambda: Reset(_FIRST_DOWNLOAD)),
    ),
    Scenario(
        "resilience_reset_in_body",
        ("RES-02", "CLA-11"),
        "the connection was reset in the middle of the first download",
        once,
        End.COMPLETE,
        _always(lambda: ResetInBody(_FIRST_DOWNLOAD)),
    ),
    Scenario(
        "resilience_cut_short",
        ("RES-02", "CLA-11"),
        "the body of the first download ended before its end",
        once,
        End.COMPLETE,
        _always(lambda: CutShort(_FIRST_DOWNLOAD)),
    ),
    Scenario(
        "resilience_dripping",
        ("RES-02",),
        "the body of a download came in drips",
        once,
        End.COMPLETE,
        _always(lambda: Dripping(RESULTS, drips=20, seconds=0.02)),
    ),
    Scenario(
        "resilience_malformed",
        ("RES-02", "CLA-11"),
        "the first download was no JSON",
        once,
        End.EITHER,
        _always(lambda: Malformed(_FIRST_DOWNLOAD)),
    ),
    Scenario(
        "resilience_error_inside",
        ("RES-02", "CLA-11"),
        "every download was an error, with status 200",
        and_recovers,
        End.LOUD,
        _always(lambda: ErrorInside(RESULTS)),
        laws=(bounded(120),),
    ),
    Scenario(
        "resilience_wrong_type",
        ("RES-02", "CLA-11"),
        "every download was a page for people, with status 200",
        and_recovers,
        End.LOUD,
        _always(lambda: WrongType(RESULTS)),
    ),
    Scenario(
        "resilience_post_answer_lost",
        ("RES-02", "RES-04"),
        "the connection was reset after its POST was accepted",
        once,
        End.EITHER,
        _always(lambda: AnswerLost(replace(QUEUED, nth=_FIRST))),
        quick=True,
    ),
    Scenario(
        "resilience_outage",
        ("RES-01", "RES-02", "CLA-11"),
        f"nothing but 503 was answered for {_OUTAGE:.0f} s",
        and_recovers,
        End.EITHER,
        _outage,
        laws=(bounded(80), growing_delays),
        patience=600.0,
    ),
)
