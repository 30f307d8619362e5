"""The gate cannot be fooled: whatever is left out, broken or put in its place, a run does not pass."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from clari_readiness.gate.catalogue import CATALOGUE
from clari_readiness.plugin.session import NOT_ENDED
from clari_readiness.secrets import fixture_key
from clari_readiness.simulator import Match, Status
from tests.sabotage.cases import MANAGED, REHEARSED
from tests.sabotage.integration import REPOSITORY, Integration, Judgement, copy_of, fingerprint_of

CHECKS = str(REPOSITORY / "checks")
OWN = '''
from clari_readiness.gate import item
@item("OWN-{number:02}", "A promise of our own", priority="P2")
def test_own_{number}(evidence):
    """Because."""
    {body}
'''
SEEN = 'evidence.saw("x", 1); evidence.concludes("x is 1")'


@pytest.fixture
def passing(template: Integration, tmp_path: Path) -> Integration:
    """An integration for which the gate passes: a managed connector, which has no trial."""
    integration = copy_of(template, tmp_path / "integration")
    integration.reword(REHEARSED, MANAGED)
    return integration


def exempt(integration: Integration, item: str, more: str = "") -> None:
    with integration.settings.open("a") as settings:
        settings.write(
            f'[[not_applicable]]\nitem = "{item}"\nenv = "simulated"\nreason = "not ours"\n'
            f'approved_by = "a test"\nexpires = 2027-05-01\n{more}'
        )


def own(integration: Integration, name: str, text: str) -> str:
    """Write a module of a team's own checks and return its directory."""
    directory = integration.directory / name
    directory.mkdir()
    (directory / f"test_{name}.py").write_text(text)
    return str(directory)


def own_check(number: int, body: str = SEEN) -> str:
    return OWN.format(number=number, body=body)


def assert_not_passed(judged: Judgement, exit_code: int = 10) -> None:
    assert judged.exit_code == exit_code, judged.printed
    assert " PASSED" not in judged.printed
    if judged.report is not None:
        assert judged.report["decision"]["exit_code"] == exit_code


def assert_broke(judged: Judgement, reason: str = NOT_ENDED) -> None:
    """The gate broke before it could decide, and its report says that and nothing else."""
    assert judged.exit_code == 3, judged.printed
    assert " PASSED" not in judged.printed
    assert judged.report is not None
    assert judged.report["decision"]["words"] == "REHEARSAL INCOMPLETE"
    [told] = judged.report["decision"]["reasons"]
    assert told.startswith(reason)
    assert set(judged.results.values()) <= {"NOT VERIFIED"}


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


@pytest.mark.parametrize("status", [0, 1])
def test_a_check_that_ends_the_process_leaves_a_report_that_says_incomplete(passing: Integration, status: int) -> None:
    assert passing.judge().exit_code == 0
    judged = passing.judge(CHECKS, f"--checks={own(passing, 'mine', own_check(1, f'import os; os._exit({status})'))}")
    assert "THE GATE BROKE: os._exit was called before the end of the run" in judged.printed
    assert_broke(judged)


def test_a_child_of_a_check_may_end_as_it_likes(passing: Integration) -> None:
    body = f"import os; pid = os.fork(); pid or os._exit(0); assert os.waitpid(pid, 0)[1] == 0; {SEEN}"
    judged = passing.judge(CHECKS, f"--checks={own(passing, 'mine', own_check(1, body))}")
    assert judged.exit_code == 0, judged.printed


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


@pytest.mark.parametrize("restarts", ["0", "4"])
def test_a_worker_that_dies_keeps_the_run_from_passing(passing: Integration, restarts: str) -> None:
    directory = own(passing, "mine", own_check(1, "import os; os._exit(9)"))
    judged = passing.judge(CHECKS, f"--checks={directory}", "-n", "1", f"--max-worker-restart={restarts}")
    assert judged.exit_code not in (0, 1)
    assert " PASSED" not in judged.printed


@pytest.mark.parametrize(
    "hook",
    [
        "def pytest_sessionfinish():\n    raise RuntimeError('broken plugin')",
        "import pytest\ndef pytest_sessionfinish():\n    pytest.exit('done', returncode=0)",
    ],
)
def test_another_plugin_that_breaks_the_end_does_not_silence_the_gate(passing: Integration, hook: str) -> None:
    directory = Path(own(passing, "mine", own_check(1)))
    (directory / "conftest.py").write_text(hook)
    judged = passing.judge(CHECKS, f"--checks={directory}")
    assert_not_passed(judged, exit_code=3)
    assert "THE GATE BROKE" in judged.printed


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


def test_the_report_of_the_run_before_never_speaks_for_a_run_that_broke(passing: Integration) -> None:
    assert passing.judge_here().exit_code == 0
    lock = passing.directory / ".readiness" / "simulated" / "history.lock"
    lock.unlink(missing_ok=True)
    lock.mkdir()
    judged = passing.judge_here()
    assert "THE GATE BROKE" in judged.printed
    assert_broke(judged, "the gate broke before it could decide: IsADirectoryError")


def test_a_history_that_cannot_be_read_is_one_clear_line_and_no_decision(passing: Integration) -> None:
    history = passing.directory / ".readiness" / "simulated" / "history.jsonl"
    history.unlink(missing_ok=True)
    history.mkdir()
    judged = passing.judge_here()
    assert judged.exit_code == 4
    assert f"{history} cannot be read (Is a directory)" in judged.printed
    assert "Traceback" not in judged.printed


def test_a_damaged_history_is_no_reason_to_break(passing: Integration) -> None:
    directory = passing.directory / ".readiness" / "simulated"
    (directory / "history.jsonl").write_bytes(b'\xff\xfe{"items":\n[1]\n{"items": 5}\n')
    assert passing.judge_here().exit_code == 0


def test_a_waived_item_that_passes_twice_makes_the_second_run_invalid(passing: Integration) -> None:
    waive(passing, "CLA-12")
    assert passing.judge_here().exit_code == 0
    assert passing.judge_here(CHECKS, "-k", "CONN-02").exit_code == 10
    assert_not_passed(passing.judge_here(), exit_code=11)


def waive(integration: Integration, item: str, expires: str = "2027-01-31") -> None:
    with integration.settings.open("a") as settings:
        settings.write(
            f'[[waivers]]\nitem = "{item}"\nenv = "simulated"\nreason = "late"\napproved_by = "a test"\n'
            f"approved_on = 2026-11-20\nexpires = {expires}\n"
        )


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


def test_a_real_interruption_is_pytests_own_exit_code(passing: Integration) -> None:
    heard = "signal.signal(signal.SIGINT, signal.default_int_handler)"  # what runs in the background ignores Ctrl-C
    body = f"import os, signal, time; {heard}; os.kill(os.getpid(), signal.SIGINT); time.sleep(30)"
    assert_not_passed(passing.judge(CHECKS, f"--checks={own(passing, 'mine', own_check(1, body))}"), exit_code=2)


def test_nothing_of_the_evidence_stays_behind(passing: Integration) -> None:
    dead = passing.directory / ".readiness" / "simulated" / "evidence" / "killed"
    dead.mkdir(parents=True)
    (dead / "limits.json").write_text("{}")
    dead.with_suffix(".alive").touch()
    passing.judge_here()
    assert list(dead.parent.iterdir()) == []


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
