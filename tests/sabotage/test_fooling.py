"""The gate cannot be fooled: whatever is left out, broken or put in its place, a run does not pass."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from clari_readiness.gate.catalogue import CATALOGUE
from clari_readiness.secrets import fixture_key
from clari_readiness.simulator import Match, Status
from tests.sabotage.fooled import CHECKS, SEEN, assert_not_passed, own, own_check
from tests.sabotage.integration import REPOSITORY, Integration


def test_the_integration_of_these_tests_passes(passing: Integration) -> None:
    judged = passing.judge()
    assert judged.exit_code == 0, judged.printed
    assert "REHEARSAL PASSED" in judged.printed


@pytest.mark.parametrize(
    "arguments",
    [
        ("-k", "not AUTH-04"),
        ("-m", "not contracts"),
        ("--deselect", "checks/test_api.py::test_the_required_types_are_configured"),
        ("--ignore", f"{CHECKS}/test_cla.py"),
        ("--maxfail=3",),
        ("--collect-only",),
        ("--setup-plan",),
        ("-o", "python_functions=test_[d-z]*"),
        ("-n", "2", "-k", "not AUTH-04"),
    ],
    ids=" ".join,
)
def test_a_narrowed_run_is_incomplete(passing: Integration, arguments: tuple[str, ...]) -> None:
    judge = passing.judge if "-n" in arguments else passing.judge_here
    assert_not_passed(judge(CHECKS, *arguments))


def test_each_option_that_could_leave_a_check_out_is_named(tmp_path: Path) -> None:
    options = ("--collect-only", "--lf", "--ff", "--stepwise", "-x", "--deselect=x", "--ignore=x", "--ignore-glob=x")
    cached = ("-o", f"cache_dir={tmp_path / 'cache'}")
    shutil.copy(REPOSITORY / "clari-readiness.toml", tmp_path)
    config = f"--config={tmp_path / 'clari-readiness.toml'}"
    command = [sys.executable, "-m", "pytest", CHECKS, *options, *cached, config]
    gate = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=200, check=False)
    assert gate.returncode == 10, gate
    named = [option.partition("=")[0] for option in options]
    assert [option for option in named if f"the run was narrowed: {option}" not in gate.stdout] == []
    assert " PASSED" not in gate.stdout


def test_a_part_of_the_checks_is_incomplete(passing: Integration) -> None:
    assert_not_passed(passing.judge_here(f"{CHECKS}/test_auth.py"))


def test_nothing_selected_is_pytests_own_exit_code(passing: Integration) -> None:
    assert_not_passed(passing.judge_here(CHECKS, "-k", "no_such_check"), exit_code=5)


def test_a_subset_passes_over_its_own_items_and_says_so(passing: Integration) -> None:
    judged = passing.judge_here(CHECKS, "-m", "contracts")
    assert judged.exit_code == 0, judged.printed
    assert "SUBSET PASSED" in judged.printed
    assert judged.report is not None
    assert [item["id"] for item in judged.report["items"]] == ["CLA-01"]


def test_a_narrowed_subset_is_no_subset(passing: Integration) -> None:
    assert_not_passed(passing.judge_here(CHECKS, "-m", "contracts", "-k", "CLA-01"))


def test_a_subset_that_fails_is_told(passing: Integration) -> None:
    passing.faults = (Status(Match("GET", "/v4/export/jobs"), 200, body=b'[{"jobId": 5}]'),)
    judged = passing.judge_here(CHECKS, "-m", "contracts")
    assert_not_passed(judged, exit_code=1)
    assert "SUBSET FAILED" in judged.printed


def test_a_teams_own_check_joins_the_catalogue(passing: Integration) -> None:
    judged = passing.judge_here(CHECKS, f"--checks={own(passing, 'mine', own_check(1))}")
    assert judged.exit_code == 0, judged.printed
    assert judged.report is not None
    assert judged.report["items"][-1]["id"] == "OWN-01"


@pytest.mark.parametrize(
    ("body", "exit_code"),
    [
        ("assert False", 1),
        ("evidence.saw('x', 1)", 10),
        ("return 1 == 2", 10),
        ("raise KeyError('x')", 10),
        ("import pytest; pytest.skip('later')", 10),
        ("import pytest; pytest.xfail('known')", 10),
        ("import pytest; pytest.fail('no')", 10),
        ("import pytest; pytest.exit('enough', returncode=0)", 10),
        ("raise KeyboardInterrupt", 2),
        ("raise SystemExit(0)", 10),
        ("import os; os.execv('/bin/true', ['true'])", 10),
        ("import atexit, os; atexit.register(os._exit, 0); assert False", 1),
    ],
    ids=str,
)
def test_a_check_that_does_not_pass_keeps_the_run_from_passing(passing: Integration, body: str, exit_code: int) -> None:
    judged = passing.judge_here(CHECKS, f"--checks={own(passing, 'mine', own_check(1, body))}")
    assert_not_passed(judged, exit_code)


def test_two_checks_of_one_name_cannot_hide_each_other(passing: Integration) -> None:
    for name, body in (("one", SEEN), ("two", "assert False")):
        (passing.directory / name).mkdir()
        (passing.directory / name / "test_own.py").write_text(own_check(1 if name == "one" else 2, body))
    directories = [f"--checks={passing.directory / name}" for name in ("one", "two")]
    assert_not_passed(passing.judge_here(CHECKS, *directories), exit_code=1)


def test_a_check_from_elsewhere_does_not_stand_in_for_one_of_ours(passing: Integration) -> None:
    claims = "\n".join(
        f"@item({item.id!r}, {item.title!r}, priority={item.priority!r}, source={source!r})\n"
        f"def test_{item.id.replace('-', '_')}_{source}(evidence):\n    {SEEN}\n"
        for item in CATALOGUE
        for source in item.sources
    )
    directory = own(passing, "fake", "from clari_readiness.gate import item\n" + claims)
    assert_not_passed(passing.judge("-p", "clari_readiness.plugin", directory))


def test_a_file_that_leaves_itself_out_is_noticed(passing: Integration) -> None:
    directory = own(passing, "mine", 'import pytest\npytest.importorskip("no_such_module")\n' + own_check(1))
    judged = passing.judge_here(CHECKS, f"--checks={directory}")
    assert_not_passed(judged)
    assert "no_such_module" in judged.printed


def test_a_file_that_cannot_be_imported_is_named_with_its_reason(passing: Integration) -> None:
    judged = passing.judge_here(CHECKS, f"--checks={own(passing, 'mine', 'import no_such_module')}")
    assert_not_passed(judged, exit_code=2)
    assert "No module named 'no_such_module'" in " ".join(judged.printed.split())


def test_a_test_without_an_item_keeps_the_run_from_passing(passing: Integration) -> None:
    directory = own(passing, "mine", "def test_stray():\n    pass\n")
    judged = passing.judge_here(CHECKS, f"--checks={directory}")
    assert_not_passed(judged)
    assert "belongs to no item" in judged.printed


def test_a_conftest_that_takes_checks_out_is_noticed(passing: Integration) -> None:
    directory = Path(own(passing, "mine", own_check(1) + own_check(2, "assert False").replace("from", "\nfrom")))
    (directory / "conftest.py").write_text(
        "def pytest_collection_modifyitems(config, items):\n"
        "    gone = [item for item in items if item.name == 'test_own_2']\n"
        "    config.hook.pytest_deselected(items=gone)\n"
        "    items[:] = [item for item in items if item not in gone]\n"
    )
    assert_not_passed(passing.judge_here(CHECKS, f"--checks={directory}"))


def test_a_conftest_that_drops_checks_in_silence_is_noticed(passing: Integration) -> None:
    directory = Path(own(passing, "mine", own_check(1, "assert False")))
    (directory / "conftest.py").write_text(
        "def pytest_collection_modifyitems(items):\n    items[:] = [i for i in items if i.name != 'test_own_1']\n"
    )
    assert_not_passed(passing.judge_here(CHECKS, f"--checks={directory}"))


def test_assertions_that_are_switched_off_stop_the_run(passing: Integration) -> None:
    judged = passing.judge(CHECKS, "--assert=plain")
    assert judged.exit_code == 4
    assert "the checks are assertions" in judged.printed


def test_the_gate_cannot_be_switched_off(passing: Integration) -> None:
    judged = passing.judge(CHECKS, "-p", "no:clari_readiness.gate_session")
    assert judged.exit_code == 4


def test_a_check_that_was_deleted_from_disk_is_missed(tmp_path: Path) -> None:
    """A copy of the suite, as a fork of the repository would be, from which a module of checks is gone."""
    fork = tmp_path / "fork"
    for part in ("clari_readiness", "checks", "contracts", "cassettes", "docs", "deploy"):
        shutil.copytree(REPOSITORY / part, fork / part, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(REPOSITORY / name, fork)
    (fork / "checks" / "test_api.py").unlink()
    shutil.copy(REPOSITORY / "clari-readiness.toml", fork)
    command = [sys.executable, "-m", "pytest", "checks", "-p", "no:cacheprovider"]
    gate = subprocess.run(command, cwd=fork, capture_output=True, text=True, timeout=400, check=False)
    assert gate.returncode == 10, gate
    report = json.loads((fork / ".readiness" / "recorded" / "report.json").read_text())
    results = {item["id"]: item["result"] for item in report["items"]}
    assert {results[item] for item in results if item.startswith("API-")} == {"NOT VERIFIED"}
    assert "its check did not run" in json.dumps(report)
    assert " PASSED" not in gate.stdout


def test_what_a_check_prints_and_records_is_redacted_everywhere(passing: Integration) -> None:
    body = (
        "key = environment.secret().reveal(); print(key); record_property('apikey', key); "
        "import warnings, logging; logging.warning(key); assert key == 'x', 'the key is ' + key"
    )
    text = own_check(1, body).replace("(evidence)", "(evidence, environment, record_property)")
    directory, junit = own(passing, "mine", text), passing.directory / "junit.xml"
    judged = passing.judge(
        CHECKS, f"--checks={directory}", "-rA", "-l", "--tb=long", f"--junitxml={junit}", "-o", "junit_logging=all"
    )

    key = fixture_key("simulated")
    assert judged.exit_code == 1
    assert "the key is [redacted]" in judged.printed
    for said in (judged.printed, junit.read_text(), json.dumps(judged.report)):
        assert key not in said
