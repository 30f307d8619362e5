"""A scenario: what is done to an exporter, how often it runs meanwhile, and what must be in the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING

from clari_readiness.simulator import Clock, Fault, Organisation
from clari_readiness.trial.assignment import Surface
from clari_readiness.trial.course import Course, End
from clari_readiness.trial.verdict import Broken
from clari_readiness.trial.warehouses import Done

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clari_readiness.trial.stage import Stage


@dataclass(frozen=True)
class Scene:
    """What faults are made of: chance from the seed, the simulator's clock, and the address of the foreign listener."""

    chance: Random
    clock: Clock
    foreign: str


Faults = Callable[[Scene], Sequence[Fault]]
Law = Callable[[Course], "Iterable[Broken]"]
Play = Callable[["Stage"], None]

SMALL = Organisation(people=4, managers=1, second_roles=1, opts_out_on=None, audit_events_a_day=12, opportunities=250)
"""Few people, so that a document has some twenty rows for each week, and one person with two roles."""


def no_faults(scene: Scene) -> Sequence[Fault]:  # noqa: ARG001 - what every scenario calls
    """Return nothing: all goes well."""
    return ()


@dataclass(frozen=True)
class Scenario:
    """One way of putting an exporter on trial.

    `items` are those of the checklist that it answers, `done` says in one sentence what is done to the exporter.
    `play` is the runs that are made, `ends` how the run under faults must end; `laws` hold besides those that always
    do. `surfaces` are asked for, and `about` is the one that must be as it was after a loud failure: an exporter that
    does not have that one is not tried, while one that lacks another is tried without it. `periods` is which quarters
    are exported: 0 is the current one, 1 the one before; `at` is what the simulator's clock shows, unless it does not
    matter. `most_requests` and `most_exports` bound what one run may ask for, and for each export; `spare_events` is
    how many audit events may be held once too often; `patience` is how many seconds of the simulator's clock a run may
    take, `job_seconds` how many a job takes at least and at most, where it matters. `download_timeout` is told to the
    exporter: real seconds that a download may take, its body included; `job_timeout` are those of the simulator's clock
    that a job may take, where it is judged that they are kept. `pauses` is how large a share of the pauses may be the
    machine's own, where pauses are judged: on a busier machine it is tried again with a slower clock, and so it is
    where `unclear` says that the pauses could mean either. `does` is what the play does to the warehouse, where not
    every engine can have that done to it.
    """

    name: str
    items: tuple[str, ...]
    done: str
    play: Play
    ends: End
    faults: Faults = no_faults
    laws: tuple[Law, ...] = ()
    surfaces: tuple[Surface, ...] = ("forecast",)
    about: Surface = "forecast"
    organisation: Organisation = SMALL
    periods: tuple[int, ...] = (0,)
    at: datetime | None = None
    audit_days: int = 3
    most_requests: int = 120
    most_exports: int = 1
    spare_events: int = 0
    patience: float = 200.0
    job_seconds: tuple[float, float] | None = None
    download_timeout: float = 600.0
    job_timeout: float | None = None
    pauses: float | None = None
    unclear: Callable[[Course], bool] | None = None
    does: Done | None = None
    quick: bool = False
