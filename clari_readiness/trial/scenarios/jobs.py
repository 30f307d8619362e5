"""Jobs: how they can end, and how they are shown (F6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from clari_readiness.simulator import Expired, Fault, JobStatus
from clari_readiness.simulator.faults.matching import RESULTS
from clari_readiness.trial.course import End
from clari_readiness.trial.laws.journal import keeps_the_timeout
from clari_readiness.trial.plays import after_a_good_run, and_recovers, once
from clari_readiness.trial.scenario import SMALL, Faults, Scenario, Scene

_FIRST = frozenset({1})
_WAYS = {"FAILED": "failed", "ABORTED": "was aborted", "CANCELLED": "was cancelled"}


def _shown_as(status: str, *, jobs: frozenset[int] | None = None, polls: int | None = None) -> Faults:
    def faults(scene: Scene) -> Sequence[Fault]:  # noqa: ARG001 - as all faults are made
        return [JobStatus(status, jobs=jobs, polls=polls)]

    return faults


def _expired(scene: Scene) -> Sequence[Fault]:  # noqa: ARG001 - as all faults are made
    return [Expired(RESULTS)]


def _ended_once(status: str) -> Scenario:
    return Scenario(
        f"job_{status.lower()}_once",
        ("RES-04", "API-07"),
        f"its first job {_WAYS[status]}",
        once,
        End.EITHER if status == "CANCELLED" else End.COMPLETE,  # somebody may have meant it
        _shown_as(status, jobs=_FIRST),
        most_exports=2,
    )


def _ends_always(status: str) -> Scenario:
    return Scenario(
        f"job_{status.lower()}",
        ("API-07", "CLA-11"),
        f"every job {_WAYS[status]}",
        after_a_good_run,
        End.LOUD,
        _shown_as(status),
        most_exports=3,
    )


SCENARIOS = (
    *(_ended_once(status) for status in _WAYS),
    *(_ends_always(status) for status in _WAYS),
    Scenario(
        "job_stuck_once",
        ("RES-04", "API-07"),
        "its first job never ended",
        once,
        End.COMPLETE,
        laws=(keeps_the_timeout,),
        organisation=replace(SMALL, stuck_jobs=_FIRST),
        most_exports=2,
        quick=True,
    ),
    Scenario(
        "job_stuck",
        ("API-07", "RES-04", "CLA-11"),
        "no job ever ended",
        after_a_good_run,
        End.LOUD,
        organisation=replace(SMALL, stuck_jobs=frozenset(range(2, 20))),
        laws=(keeps_the_timeout,),
        most_exports=2,
    ),
    Scenario(
        "job_slow",
        ("API-07",),
        "jobs took long, and not too long",
        once,
        End.COMPLETE,
        _shown_as("STARTED", polls=4),
    ),
    Scenario(
        "job_bare",
        ("API-07",),
        "jobs were shown bare, and not wrapped",
        once,
        End.COMPLETE,
        organisation=replace(SMALL, wrapped_jobs=False),
    ),
    Scenario(
        "job_expired",
        ("API-07", "CLA-11"),
        "the results of every job had expired",
        and_recovers,
        End.LOUD,
        _expired,
        most_exports=3,
    ),
)
