"""Pages: audit events (F29), and opportunities in batches (F30)."""

from __future__ import annotations

from dataclasses import replace

from clari_readiness.simulator import (
    EmptyPage,
    ForeignLink,
    FullLastPage,
    InsertedEvent,
    OverlappingPage,
    PageLoop,
    PageSizes,
)
from clari_readiness.simulator.faults.matching import AUDIT
from clari_readiness.trial.course import End
from clari_readiness.trial.plays import and_recovers, once
from clari_readiness.trial.scenario import SMALL, Scenario
from clari_readiness.trial.scenarios.making import made

_BUSY = replace(SMALL, audit_events_a_day=240)
_MOST = 90

_GOOD = (
    Scenario(
        "pages_sizes",
        ("API-06",),
        f"pages of audit events held 1 to {_MOST} of them",
        once,
        End.COMPLETE,
        made(lambda scene: PageSizes(most=_MOST, seed=scene.chance.randrange(1000))),
        surfaces=("forecast", "audit"),
        about="audit",
        organisation=_BUSY,
        quick=True,
    ),
    Scenario(
        "pages_full",
        ("API-06",),
        "the last page of audit events was exactly full",
        once,
        End.COMPLETE,
        made(lambda _: FullLastPage(most=_MOST)),
        surfaces=("forecast", "audit"),
        about="audit",
        organisation=_BUSY,
    ),
    Scenario(
        "pages_empty",
        ("API-06",),
        "one page of audit events was empty, and had a nextLink",
        once,
        End.COMPLETE,
        made(lambda _: EmptyPage(AUDIT.turns(2)), lambda _: PageSizes(most=_MOST)),
        surfaces=("forecast", "audit"),
        about="audit",
        organisation=_BUSY,
    ),
    Scenario(
        "pages_overlap",
        ("API-06",),
        "one page of audit events began with the last event of the page before",
        once,
        End.COMPLETE,
        made(lambda _: OverlappingPage(), lambda _: PageSizes(most=_MOST)),
        surfaces=("forecast", "audit"),
        about="audit",
        organisation=_BUSY,
        spare_events=1,
    ),
    Scenario(
        "pages_inserted",
        ("API-06",),
        "an event was added while its pages were read",
        once,
        End.COMPLETE,
        made(lambda _: InsertedEvent(), lambda _: PageSizes(most=_MOST)),
        surfaces=("forecast", "audit"),
        about="audit",
        organisation=_BUSY,
        spare_events=1,
    ),
    Scenario(
        "pages_batches",
        ("API-06",),
        "there were 250 opportunities, and 100 are allowed in a request",
        once,
        End.COMPLETE,
        surfaces=("forecast", "opportunities"),
        about="opportunities",
    ),
)

_BAD = (
    Scenario(
        "pages_loop",
        ("API-06", "CLA-11"),
        "each page of audit events linked back to the first",
        and_recovers,
        End.LOUD,
        made(lambda _: PageLoop(), lambda _: PageSizes(most=_MOST)),
        surfaces=("forecast", "audit"),
        about="audit",
        organisation=_BUSY,
    ),
    Scenario(
        "pages_foreign",
        ("API-06", "CLA-04", "CLA-11"),
        "the nextLink of audit events led to another origin",
        and_recovers,
        End.LOUD,
        made(lambda scene: ForeignLink(scene.foreign)),
        surfaces=("forecast", "audit"),
        about="audit",
        quick=True,
    ),
)

SCENARIOS = (*_GOOD, *_BAD)
