"""Jobs: how they can end, and how they are shown (F6)."""

from __future__ import annotations

from clari_readiness.simulator import Expired, JobEnds, JobGone, JobShape, JobSlow, JobStuck
from clari_readiness.simulator.faults.matching import QUEUED, RESULTS
from clari_readiness.trial.course import End
from clari_readiness.trial.laws.journal import cancels_what_it_gave_up, keeps_the_timeout
from clari_readiness.trial.plays import after_a_good_run, and_recovers, once
from clari_readiness.trial.scenario import Scenario
from clari_readiness.trial.scenarios.making import made

_FIRST = QUEUED.turns(1)
_SOON = 40.0  # seconds that are waited for a job that never ends

_ONCE = (
    Scenario(
        "job_failed_once",
        ("RES-04", "API-07"),
        "its first job FAILED",
        once,
        End.COMPLETE,
        made(lambda _: JobEnds(_FIRST, "FAILED")),
        most_exports=2,
        quick=True,
    ),
    Scenario(
        "job_aborted_once",
        ("RES-04", "API-07"),
        "its first job was ABORTED",
        once,
        End.COMPLETE,
        made(lambda _: JobEnds(_FIRST, "ABORTED")),
        most_exports=2,
    ),
    Scenario(
        "job_cancelled_once",
        ("API-07",),
        "its first job was CANCELLED, which somebody may have meant",
        once,
        End.EITHER,
        made(lambda _: JobEnds(_FIRST, "CANCELLED")),
        most_exports=2,
    ),
    Scenario(
        "job_gone_once",
        ("API-07",),
        "nobody knew of its first job any more",
        once,
        End.EITHER,
        made(lambda _: JobGone(_FIRST)),
        most_exports=2,
    ),
    Scenario(
        "job_stuck_once",
        ("RES-04", "API-07"),
        "its first job never ended",
        once,
        End.COMPLETE,
        made(lambda _: JobStuck(_FIRST)),
        laws=(keeps_the_timeout, cancels_what_it_gave_up),
        most_exports=2,
        quick=True,
        job_timeout=_SOON,
    ),
)

_ALWAYS = (
    Scenario(
        "job_failed",
        ("API-07", "CLA-11"),
        "every job FAILED",
        after_a_good_run,
        End.LOUD,
        made(lambda _: JobEnds(status="FAILED")),
        most_exports=3,
    ),
    Scenario(
        "job_aborted",
        ("API-07", "CLA-11"),
        "every job was ABORTED",
        after_a_good_run,
        End.LOUD,
        made(lambda _: JobEnds(status="ABORTED")),
        most_exports=3,
    ),
    Scenario(
        "job_cancelled",
        ("API-07", "CLA-11"),
        "every job was CANCELLED",
        after_a_good_run,
        End.LOUD,
        made(lambda _: JobEnds(status="CANCELLED")),
        most_exports=3,
    ),
    Scenario(
        "job_gone",
        ("API-07", "CLA-11"),
        "nobody knew of any job any more",
        and_recovers,
        End.LOUD,
        made(lambda _: JobGone()),
        most_exports=3,
    ),
    Scenario(
        "job_stuck",
        ("API-07", "RES-04", "CLA-11"),
        "no job ever ended",
        after_a_good_run,
        End.LOUD,
        made(lambda _: JobStuck()),
        laws=(keeps_the_timeout,),
        most_exports=2,
        job_timeout=_SOON,
    ),
    Scenario(
        "job_expired",
        ("API-07", "CLA-11"),
        "the results of every job had expired",
        and_recovers,
        End.LOUD,
        made(lambda _: Expired(RESULTS)),
        most_exports=3,
    ),
)

_SHOWN = (
    Scenario(
        "job_slow",
        ("API-07",),
        "a job took long, and not too long",
        once,
        End.COMPLETE,
        made(lambda _: JobSlow(seconds=15.0)),
    ),
    Scenario(
        "job_bare",
        ("API-07",),
        "jobs were shown bare",
        once,
        End.COMPLETE,
        made(lambda _: JobShape("bare")),
    ),
    Scenario(
        "job_wrapped",
        ("API-07",),
        "jobs were shown wrapped",
        once,
        End.COMPLETE,
        made(lambda _: JobShape("wrapped")),
    ),
)

SCENARIOS = (*_ONCE, *_ALWAYS, *_SHOWN)
