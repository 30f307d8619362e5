"""Duplicates: the same export twice, two exporters at once, two roles (F13), entries that come twice."""

from __future__ import annotations

from clari_readiness.simulator import ConflictingEntries, RepeatedEntries, SecondRole
from clari_readiness.trial.course import End
from clari_readiness.trial.plays import again_a_day_later, once, twice, two_at_once
from clari_readiness.trial.scenario import Scenario
from clari_readiness.trial.scenarios.making import made

SCENARIOS = (
    Scenario(
        "duplicates_twice",
        ("API-05", "RES-05"),
        "it ran twice in a row",
        twice,
        End.COMPLETE,
        surfaces=("forecast", "audit", "opportunities"),
        periods=(0, 1),
        quick=True,
    ),
    Scenario(
        "duplicates_daily",
        ("API-05", "RES-05"),
        "it ran on three days, and what it exports overlaps",
        again_a_day_later,
        End.COMPLETE,
        surfaces=("forecast", "audit"),
        periods=(0, 1),
    ),
    Scenario(
        "duplicates_two_at_once",
        ("RES-05",),
        "two of it ran at once, and then one more",
        two_at_once,
        End.COMPLETE,
        periods=(0, 1),
    ),
    Scenario(
        "duplicates_two_roles",
        ("API-05",),
        "somebody had two roles, and one e-mail",
        once,
        End.COMPLETE,
        made(lambda _: SecondRole()),
        quick=True,
    ),
    Scenario(
        "duplicates_identical",
        ("API-05",),
        "some entries came twice, the same each time",
        once,
        End.COMPLETE,
        made(lambda _: RepeatedEntries()),
    ),
    Scenario(
        "duplicates_conflicting",
        ("API-05",),
        "some entries came twice, and the one updated last is right",
        once,
        End.EITHER,  # who refuses what contradicts itself loads nothing wrong
        made(lambda _: ConflictingEntries()),
    ),
)
