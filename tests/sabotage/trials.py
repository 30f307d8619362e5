"""Exporters that break a law, as the gate meets them: by the record of their trial.

That the trial catches the exporters themselves is tested with real ones, in `tests/trial/` and in `exporters/`; here
the record of a healthy one is changed as such an exporter would have changed it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from clari_readiness.environments import load
from clari_readiness.environments.variables import process_environment
from clari_readiness.model.findings import Result
from clari_readiness.model.time import SystemClock
from clari_readiness.trial import FILE, QUICK_FILE, SCENARIOS, Case, Pace, Wishes, accused_of, chosen, version_of
from tests.sabotage.cases import Pair, Sabotage
from tests.sabotage.integration import Integration

TELLING = {
    "API-01": "healthy",
    "API-02": "limits_429_seconds",
    "API-03": "healthy",
    "API-05": "duplicates_two_roles",
    "API-06": "pages_sizes",
    "API-07": "job_failed_once",
    "RES-01": "resilience_outage",
    "RES-02": "resilience_500",
    "RES-03": "period_empty",
    "RES-04": "process_killed_at_a_post",
    "RES-05": "duplicates_twice",
    "CLA-02": "period_rows_truncated",
    "CLA-03": "period_wrong_quarter",
    "CLA-04": "key_redirected_download",
    "CLA-05": "limits_out_of_quota",
    "CLA-07": "content_vanished",
    "CLA-08": "content_amounts",
    "CLA-09": "content_unknown_key",
    "CLA-10": "content_names",
    "CLA-11": "content_missing_amount",
}
"""Item -> a scenario of the quick trial that it is tied to."""

_ITEMS = {scenario.name: scenario.items for scenario in SCENARIOS}


def record_of(integration: Integration) -> Path:
    return integration.directory / ".readiness" / "simulated" / "trial" / QUICK_FILE


def put_on_trial(integration: Integration) -> None:
    """Leave the record of a real quick trial of the reference exporter, which a rehearsal uses for a day.

    The live environment gets the same as the record of a full one.
    """
    environment = load(integration.settings, environ={}).get("simulated")
    accused = accused_of(environment, Wishes())
    case = Case(accused, version_of(accused, None), Pace(20.0), chosen(quick=True), process_environment(), quick=True)
    directory = environment.make_directory() / "trial"
    directory.mkdir()
    record = case.put(directory, SystemClock())
    assert [each.scenario for each in record.outcomes if each.verdict != "kept"] == []
    for name, file, full in (("recorded", QUICK_FILE, False), ("prod", FILE, True)):
        other = integration.directory / ".readiness" / name / "trial"
        other.mkdir(parents=True)
        replace(record, full=full).write(other / file)


def change(integration: Integration, changed: Callable[[dict[str, Any]], object]) -> None:
    path = record_of(integration)
    document = json.loads(path.read_text())
    changed(document)
    path.write_text(json.dumps(document))


def _broken_in(scenario: str) -> Callable[[Integration], None]:
    def broke(document: dict[str, Any]) -> None:
        (outcome,) = (each for each in document["outcomes"] if each["scenario"] == scenario)
        outcome |= {"verdict": "broken", "broken": [{"law": "lost", "sentence": "lost 312 of 700 audit events"}]}

    return lambda integration: change(integration, broke)


def _case(item: str, scenario: str) -> Sabotage:
    also: frozenset[Pair] = frozenset((other, "trial") for other in _ITEMS[scenario] if other != item)
    return Sabotage(item, "trial", f"its_exporter_breaks_a_law_in_{scenario}", _broken_in(scenario), also=also)


def _nobody_tried_again(integration: Integration) -> None:
    change(integration, lambda document: document["outcomes"][0].update(verdict="not tested", reason="no table"))


TRIAL_CASES: tuple[Sabotage, ...] = (
    *(_case(item, scenario) for item, scenario in TELLING.items()),
    Sabotage(
        "API-01",
        "trial",
        "its_exporter_could_not_be_looked_at",
        _nobody_tried_again,
        Result.NOT_VERIFIED,
        frozenset({("API-03", "trial")}),
    ),
)
