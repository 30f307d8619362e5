"""Pages: audit events (F29) and batches of opportunities (F30)."""

from __future__ import annotations

from dataclasses import replace

from clari_readiness.trial.course import End
from clari_readiness.trial.plays import once
from clari_readiness.trial.scenario import SMALL, Scenario

SCENARIOS = (
    Scenario(
        "pages_batches",
        ("API-06",),
        "there were 250 opportunities, and 100 are allowed in a request",
        once,
        End.COMPLETE,
        surfaces=("forecast", "opportunities"),
    ),
    Scenario(
        "pages_many",
        ("API-06",),
        "there were some thousands of audit events, more than a page can hold",
        once,
        End.COMPLETE,
        surfaces=("forecast", "audit"),
        organisation=replace(SMALL, audit_events_a_day=1200),
        quick=True,
    ),
)
