"""The key: it goes to its origin only, and is revoked in the middle."""

from __future__ import annotations

from clari_readiness.simulator import Match, Redirected, Revoked
from clari_readiness.simulator.faults.matching import JOB, QUEUED, RESULTS
from clari_readiness.trial.course import End
from clari_readiness.trial.laws.journal import bounded
from clari_readiness.trial.plays import and_recovers
from clari_readiness.trial.scenario import Scenario
from clari_readiness.trial.scenarios.making import made

SCENARIOS = (
    Scenario(
        "key_redirected_download",
        ("CLA-04", "CLA-11"),
        "every download was redirected to another origin",
        and_recovers,
        End.LOUD,
        made(lambda scene: Redirected(RESULTS, scene.foreign)),
        quick=True,
    ),
    Scenario(
        "key_redirected_look",
        ("CLA-04", "CLA-11"),
        "every look at a job was redirected (302) to another origin",
        and_recovers,
        End.LOUD,
        made(lambda scene: Redirected(JOB, scene.foreign, 302)),
    ),
    Scenario(
        "key_redirected_post",
        ("CLA-04", "CLA-11"),
        "its POST was redirected to another origin",
        and_recovers,
        End.LOUD,
        made(lambda scene: Redirected(QUEUED, scene.foreign)),
    ),
    Scenario(
        "key_revoked",
        ("CLA-11", "RES-02"),
        "its key was revoked in the middle",
        and_recovers,
        End.LOUD,
        # Nobody can do with less than three requests, however few looks at its job a busy machine lets it take.
        made(lambda scene: Revoked(Match(since=scene.chance.randint(2, 3)))),
        laws=(bounded(30),),
    ),
)
