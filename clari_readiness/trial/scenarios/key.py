"""The key: it goes to its origin only, and is revoked in the middle."""

from __future__ import annotations

from collections.abc import Sequence

from clari_readiness.simulator import Fault, Match, Revoked
from clari_readiness.trial.course import End
from clari_readiness.trial.laws.journal import bounded
from clari_readiness.trial.plays import and_recovers
from clari_readiness.trial.scenario import Scenario, Scene


def _revoked(scene: Scene) -> Sequence[Fault]:
    return [Revoked(Match(since=scene.chance.randint(2, 4)))]


SCENARIOS = (
    Scenario(
        "key_revoked",
        ("CLA-11", "RES-02"),
        "its key was revoked in the middle",
        and_recovers,
        End.LOUD,
        _revoked,
        laws=(bounded(30),),
    ),
)
