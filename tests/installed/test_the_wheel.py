"""`clari-readiness check` from an installed wheel, outside a clone: checks, contracts and cassettes travel with it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.installed.conftest import REPOSITORY, Installed

SETTINGS = "clari-readiness.toml"
OWN = '''
from clari_readiness.gate import item

@item("OWN-{number:02}", "A promise of our own", priority="P2")
def test_own_{number}(evidence):
    """Because."""
    evidence.saw("x", {number})
    evidence.concludes("x is {number}")
    assert {number} != 3, evidence.fails("x is 3", expected="anything else", fix="take another")
'''


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A team's directory: the settings as they are shipped, and nothing else."""
    shutil.copy(REPOSITORY / SETTINGS, tmp_path)
    return tmp_path


def report(directory: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((directory / ".readiness" / "recorded" / "report.json").read_text())
    return document


def own(directory: Path, number: int) -> None:
    directory.mkdir(exist_ok=True)
    (directory / f"test_own_{number}.py").write_text(OWN.format(number=number))


def test_the_rehearsal_passes_with_nothing_but_the_wheel_and_the_settings(
    installed: Installed, directory: Path
) -> None:
    ran = installed.run(directory, "check")
    assert ran.returncode == 0, ran
    assert "REHEARSAL PASSED   exit code 0   recorded, rehearsal" in ran.stdout
    assert "Report: .readiness/recorded/report.html" in ran.stdout
    assert {each.name for each in directory.iterdir()} == {SETTINGS, ".readiness"}
    assert installed.package.is_relative_to(installed.home)
    assert str(REPOSITORY) not in ran.stdout + ran.stderr


def test_the_options_of_the_gate_pass_through_and_so_does_its_exit_code(installed: Installed, directory: Path) -> None:
    ran = installed.run(directory, "check", "-m", "contracts", "-q", "-n", "2")
    assert ran.returncode == 0, ran
    assert "SUBSET PASSED" in ran.stdout
    assert "REHEARSAL PASSED" not in ran.stdout
    ran = installed.run(directory, "check", "-k", "CONN-02", "--tb=short", "--env", "recorded")
    assert ran.returncode == 10, ran
    assert "REHEARSAL INCOMPLETE" in ran.stdout
    assert installed.run(directory, "check", "-k", "no_such_check").returncode == 5
    assert installed.run(directory, "check", "--no-such-option").returncode == 4
    assert installed.run(directory, "check", "--lf").returncode == 10


def test_a_mistake_in_the_settings_is_one_line_and_nothing_is_left_behind(
    installed: Installed, directory: Path
) -> None:
    ran = installed.run(directory, "check", "--env=prodd")
    assert (ran.returncode, ran.stdout) == (4, "")
    assert "there is no environment 'prodd'; the nearest is prod" in ran.stderr
    assert ran.stderr.count("\n") == 1
    assert [each.name for each in directory.iterdir()] == [SETTINGS]


def test_without_settings_the_next_command_is_said(installed: Installed, tmp_path: Path) -> None:
    ran = installed.run(tmp_path, "check")
    assert (ran.returncode, ran.stdout) == (4, "")
    assert "write one with `clari-readiness init`" in ran.stderr


def test_checks_beside_the_settings_and_those_of_a_named_directory_join_the_catalogue(
    installed: Installed, directory: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    own(directory / "checks", 1)
    own(elsewhere, 2)
    (directory / "below").mkdir()
    ran = installed.run(directory / "below", "check", f"--checks={elsewhere}", "-k", "OWN or CONN-02")
    assert ran.returncode == 10, ran
    results = {item["id"]: item["result"] for item in report(directory)["items"]}
    assert {name: results[name] for name in ("OWN-01", "OWN-02", "CONN-02")} == dict.fromkeys(
        ("OWN-01", "OWN-02", "CONN-02"), "PASS"
    )
    assert len(results) == 40


def test_a_check_of_ones_own_that_fails_is_a_no(installed: Installed, directory: Path) -> None:
    own(directory / "checks", 3)
    ran = installed.run(directory, "check", "-k", "OWN-03")
    assert ran.returncode == 1, ran
    assert "x is 3" in ran.stdout


def test_a_projects_own_settings_of_pytest_change_nothing(installed: Installed, directory: Path) -> None:
    (directory / "pyproject.toml").write_text('[tool.pytest.ini_options]\naddopts = "-k nothing --no-such-option"\n')
    (directory / "tests").mkdir()
    (directory / "tests" / "conftest.py").write_text("raise RuntimeError('not yours')\n")
    ran = installed.run(directory, "check", "-m", "contracts")
    assert ran.returncode == 0, ran
    assert "not yours" not in ran.stdout + ran.stderr


def test_the_doctor_comes_along(installed: Installed, directory: Path) -> None:
    ran = installed.run(directory, "doctor")
    assert ran.returncode == 0, ran
    assert "SUBSET PASSED" in ran.stdout
