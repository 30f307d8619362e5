"""A check is not trusted until it has been seen to fail."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from clari_readiness.gate.catalogue import CATALOGUE
from clari_readiness.model.findings import Result
from clari_readiness.validation import Contracts
from tests.sabotage import cases
from tests.sabotage.case_judged import assert_turned
from tests.sabotage.cases import Sabotage
from tests.sabotage.integration import REPOSITORY, Integration, Results, copy_of
from tests.sabotage.trials import TRIAL_CASES

CASES = (*cases.CASES, *TRIAL_CASES)
PAIRS = {(item.id, source) for item in CATALOGUE for source in item.sources}


def test_the_healthy_integration_passes_every_check(baseline: Results) -> None:
    assert baseline == dict.fromkeys(PAIRS, Result.PASS)


def test_the_report_of_a_run_keeps_its_contract(template: Integration, tmp_path: Path) -> None:
    report = copy_of(template, tmp_path / "integration").judge().report
    assert Contracts().violations("report", report) == ()


@pytest.mark.parametrize("case", [case for case in CASES if case.source != "warehouse"], ids=str)
def test_the_item_fails_for_its_sabotage_and_nothing_else_does(
    case: Sabotage, template: Integration, tmp_path: Path
) -> None:
    assert_turned(case, copy_of(template, tmp_path / "integration"))


def test_every_source_that_is_built_has_a_sabotage_that_makes_it_fail() -> None:
    seen_to_fail = {case.pair for case in CASES if case.result is Result.FAIL}
    assert PAIRS - seen_to_fail == set()


def test_checks_documentation_and_sabotage_speak_of_the_same_items() -> None:
    checks = {item for path in (REPOSITORY / "checks").glob("test_*.py") for item in _items(path)}
    documented = re.findall(r'<a id="([a-z]+-\d+)"></a>', (REPOSITORY / "docs" / "checklist.md").read_text())
    built = {item for item, _ in PAIRS}
    assert checks == {anchor.upper() for anchor in documented} == {case.item for case in CASES} == built


def _items(path: Path) -> list[str]:
    return re.findall(r'@item\(\s*"([A-Z]+-\d+)"', path.read_text())
