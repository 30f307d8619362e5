"""The scenarios, by section, and all of them together."""

from __future__ import annotations

from clari_readiness.errors import SettingsError
from clari_readiness.spelling import meant
from clari_readiness.trial.scenario import Scenario
from clari_readiness.trial.scenarios import (
    content,
    duplicates,
    healthy,
    jobs,
    key,
    limits,
    pages,
    periods,
    process,
    resilience,
)

HEALTHY = healthy.HEALTHY

SCENARIOS: tuple[Scenario, ...] = (
    HEALTHY,
    *limits.SCENARIOS,
    *resilience.SCENARIOS,
    *jobs.SCENARIOS,
    *periods.SCENARIOS,
    *duplicates.SCENARIOS,
    *content.SCENARIOS,
    *pages.SCENARIOS,
    *key.SCENARIOS,
    *process.SCENARIOS,
)

_BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}


def chosen(names: tuple[str, ...] = (), *, quick: bool = False) -> tuple[Scenario, ...]:
    """Return the scenarios of these names, all of them without any, or those of the quick trial; the healthy run first.

    A name that is none is a SettingsError.
    """
    for name in names:
        if name not in _BY_NAME:
            raise SettingsError(f"there is no scenario {name!r:.60}", way_out=meant(name, _BY_NAME))
    wanted = tuple(_BY_NAME[name] for name in dict.fromkeys(names)) or SCENARIOS
    return (HEALTHY, *(each for each in wanted if each is not HEALTHY and (each.quick or not quick)))


def scenarios_of(item: str) -> tuple[Scenario, ...]:
    """Return the scenarios that an item of the checklist is tied to."""
    return tuple(scenario for scenario in SCENARIOS if item in scenario.items)
