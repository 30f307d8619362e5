"""The gate cannot be fooled by waivers and what is not applicable: they cover what they name, and no crash."""

from __future__ import annotations

from pathlib import Path

import pytest

from clari_readiness.secrets import fixture_key
from tests.sabotage.fooled import CHECKS, assert_not_passed, exempt, own, own_check, waive
from tests.sabotage.integration import Integration, fingerprint_of


def test_a_crash_is_not_covered_by_not_applicable(passing: Integration) -> None:
    directory = Path(own(passing, "mine", own_check(1)))
    exempt(passing, "OWN-01")
    (directory / "conftest.py").write_text(
        "import pytest\n@pytest.fixture\ndef evidence():\n    raise RuntimeError('broken fixture')\n"
    )
    assert_not_passed(passing.judge_here(CHECKS, f"--checks={directory}"))


def test_not_applicable_of_a_surface_does_not_cover_the_item(passing: Integration) -> None:
    passing.reword(f'key_fingerprint = "{fingerprint_of(fixture_key("simulated"))}"', "")
    exempt(passing, "AUTH-04", 'surface = "audit events"\n')
    assert_not_passed(passing.judge_here())


def test_a_waived_item_that_passes_twice_makes_the_second_run_invalid(passing: Integration) -> None:
    waive(passing, "CLA-12")
    assert passing.judge_here().exit_code == 0
    assert passing.judge_here(CHECKS, "-k", "CONN-02").exit_code == 10
    assert_not_passed(passing.judge_here(), exit_code=11)


def test_a_waived_item_is_looked_at_all_the_same_and_shows_what_it_really_is(passing: Integration) -> None:
    waive(passing, "OWN-01")
    body = 'evidence.saw("x", 1); assert False, evidence.fails("x is 1", expected="x is 2", fix="add one")'
    judged = passing.judge_here(CHECKS, f"--checks={own(passing, 'mine', own_check(1, body))}")
    assert judged.exit_code == 0, judged.printed
    assert judged.report is not None
    [waived] = [item for item in judged.report["items"] if item["id"] == "OWN-01"]
    assert (waived["result"], waived["real"], waived["findings"][0]["observed"]) == ("WAIVED", "FAIL", "x is 1")
    assert waived["concession"]["by"] == "a test"


@pytest.mark.parametrize(
    ("body", "expires", "exit_code"),
    [
        ("raise KeyError('x')", "2027-01-31", 10),
        ("import pytest; pytest.fail('no')", "2027-01-31", 10),
        ("assert False", "2026-11-20", 11),
        ("assert False", "2027-05-20", 11),
        ("assert False", '"2027-01-31"', 11),
    ],
)
def test_a_waiver_hides_no_crash_and_one_that_does_not_hold_is_invalid(
    passing: Integration, body: str, expires: str, exit_code: int
) -> None:
    waive(passing, "OWN-01", expires)
    assert_not_passed(passing.judge_here(CHECKS, f"--checks={own(passing, 'mine', own_check(1, body))}"), exit_code)
