"""The verdicts of a trial are not trusted until they have been seen to fall, and not to: on exporters of every kind."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from clari_readiness.trial import SCENARIOS, Outcome, Verdict
from tests.sabotage import specimens
from tests.sabotage.specimens import DEFECTIVE, DIRECTORY, HEALTHY, NODE, PROGRAMS, REFERENCE, Specimen, caught_in

AT_ONCE = 4
SLOW = ("limits_429_each", "pages_loop", "job_stuck", "limits_429_absurd", "resilience_dripping", "resilience_endless")
"""What takes the longest to catch somebody in: it comes first, so that nobody waits for it alone in the end."""

NOT_HERE = {
    "no_jitter": "it must be caught three times, and these tests make the machine busy: a slower clock takes minutes"
}
"""Exporter -> why it is left to `make sabotage`."""

TRIED = tuple(specimen for specimen in DEFECTIVE if specimen.name not in NOT_HERE)

Outcomes = Mapping[str, Mapping[str, Outcome]]


def judged(specimen: Specimen, directory: Path) -> Mapping[str, Outcome]:
    """Put an exporter on trial: in the scenarios that must catch it, or, a healthy one, in the quick ones."""
    directory.mkdir()
    names = specimen.must_be_caught_by
    return {outcome.scenario: outcome for outcome in specimen.outcomes(directory, names, quick=not names)}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    """What becomes of every exporter; several are on trial at once, since most of a trial is waiting."""
    tried = [each for each in (*HEALTHY, *TRIED) if each is not NODE or not missing_for_node()]
    slow_first = sorted(tried, key=lambda each: each.caught_by not in SLOW)
    directory = tmp_path_factory.mktemp("exporters")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = pool.map(lambda each: judged(each, directory / each.name), slow_first)
        return dict(zip(map(str, slow_first), found, strict=True))


def missing_for_node() -> list[str]:
    return [tool for tool in ("node", "sqlite3") if shutil.which(tool) is None]


@pytest.mark.parametrize("specimen", HEALTHY, ids=str)
def test_a_healthy_exporter_keeps_every_law(specimen: Specimen, outcomes: Outcomes) -> None:
    if specimen is NODE and missing_for_node():
        message = f"{' and '.join(missing_for_node())} missing: make system-deps"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    broken = {name: each.sentence for name, each in outcomes[specimen.name].items() if each.verdict != Verdict.KEPT}
    assert broken == {}
    assert set(outcomes[specimen.name]) == {scenario.name for scenario in SCENARIOS if scenario.quick}


@pytest.mark.parametrize("specimen", TRIED, ids=str)
def test_a_defect_is_caught_by_its_scenario_and_not_by_the_healthy_run(specimen: Specimen, outcomes: Outcomes) -> None:
    verdicts = {name: outcome.verdict for name, outcome in outcomes[specimen.name].items()}
    assert verdicts == {"healthy": Verdict.KEPT, **dict.fromkeys(specimen.must_be_caught_by, Verdict.BROKEN)}


@pytest.mark.parametrize("specimen", DEFECTIVE, ids=str)
def test_a_defect_says_which_scenario_must_catch_it(specimen: Specimen) -> None:
    assert set(specimen.must_be_caught_by) <= {scenario.name for scenario in SCENARIOS}


@pytest.mark.parametrize("specimen", [each for each in DEFECTIVE if each.name not in PROGRAMS], ids=str)
def test_a_defect_changes_something_of_the_plain_exporter(specimen: Specimen) -> None:
    plain = specimens.names_in("plain")
    assert {name for name in specimens.names_in(specimen.name) if name in plain}


def test_every_exporter_is_in_the_matrix() -> None:
    files = {path.stem for path in DIRECTORY.iterdir() if path.suffix in (".py", ".mjs") and path.stem[0] != "_"}
    assert files == {specimen.name for specimen in (*HEALTHY, *DEFECTIVE)} - {REFERENCE.name}
    assert len(DEFECTIVE) >= 30


def test_every_scenario_catches_an_exporter() -> None:
    meant = {name for specimen in DEFECTIVE for name in specimen.must_be_caught_by}
    meant |= {*caught_in("postgres").values()}  # a session that breaks takes a server
    assert {scenario.name for scenario in SCENARIOS} - meant == set()
