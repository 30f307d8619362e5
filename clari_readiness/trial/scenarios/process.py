"""From outside: kill -9 at any moment, and a disk that is full."""

from __future__ import annotations

from clari_readiness.simulator import JobStatus
from clari_readiness.trial.course import End
from clari_readiness.trial.laws.journal import resumes_the_job
from clari_readiness.trial.plays import (
    cut_off,
    killed_at_a_post,
    killed_between_requests,
    killed_while_loading,
    no_room,
)
from clari_readiness.trial.scenario import Scenario
from clari_readiness.trial.scenarios.making import made

# Two looks at each job, however long they take: a run has as many requests as the one before, and is killed at each.
_SECOND_LOOK = made(lambda _: JobStatus("STARTED", polls=1))
_NO_TIME = (0.0, 0.0)

SCENARIOS = (
    Scenario(
        "process_killed_between_requests",
        ("RES-04", "CLA-11"),
        "it was killed with -9 at each of its requests, and started again",
        killed_between_requests,
        End.COMPLETE,
        _SECOND_LOOK,
        laws=(resumes_the_job,),
        job_seconds=_NO_TIME,
    ),
    Scenario(
        "process_killed_at_a_post",
        ("RES-04", "CLA-11"),
        "it was killed with -9 when its POST had been accepted, and started again",
        killed_at_a_post,
        End.COMPLETE,
        _SECOND_LOOK,
        laws=(resumes_the_job,),
        job_seconds=_NO_TIME,
        quick=True,
    ),
    Scenario(
        "process_killed_while_loading",
        ("RES-04", "CLA-11", "API-05"),
        "it was killed with -9 in its download, as it wrote, and at random times while it loaded, and started again",
        killed_while_loading,
        End.COMPLETE,
        _SECOND_LOOK,
        laws=(resumes_the_job,),
        job_seconds=_NO_TIME,
    ),
    Scenario(
        "process_no_room",
        ("CLA-11",),
        "its files could not grow, or its server took no changes, as on a full disk",
        no_room,
        End.EITHER,
        does="full",
    ),
    Scenario(
        "process_session_broken",
        ("RES-04", "CLA-11"),
        "its session with the server was broken as it loaded, and it was started again",
        cut_off,
        End.COMPLETE,
        _SECOND_LOOK,
        laws=(resumes_the_job,),
        job_seconds=_NO_TIME,
        does="breaker",
    ),
)
