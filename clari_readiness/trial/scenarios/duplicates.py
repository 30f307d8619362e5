"""Duplicates: the same export twice, overlapping ones, two exporters at once, one person in two roles (F13)."""

from __future__ import annotations

from dataclasses import replace

from clari_readiness.trial.course import End
from clari_readiness.trial.plays import once, twice, two_at_once
from clari_readiness.trial.scenario import SMALL, Scenario

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
        "several people had two roles, and one e-mail each",
        once,
        End.COMPLETE,
        organisation=replace(SMALL, people=6, managers=2, second_roles=4),
    ),
)
