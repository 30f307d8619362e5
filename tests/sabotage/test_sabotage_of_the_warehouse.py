"""Each case in which the warehouse is what is wrong: a module of its own, so that another processor takes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sabotage.case_judged import assert_turned
from tests.sabotage.cases import CASES, Sabotage
from tests.sabotage.integration import Integration, copy_of


@pytest.mark.parametrize("case", [case for case in CASES if case.source == "warehouse"], ids=str)
def test_the_item_fails_for_its_sabotage_and_nothing_else_does(
    case: Sabotage, template: Integration, tmp_path: Path
) -> None:
    assert_turned(case, copy_of(template, tmp_path / "integration"))
