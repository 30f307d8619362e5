"""The gate cannot be fooled by what breaks, or ends, a run: nothing passes that was not decided."""

from __future__ import annotations

from pathlib import Path

import pytest

from clari_readiness.plugin.session import NOT_ENDED
from tests.sabotage.fooled import CHECKS, SEEN, assert_not_passed, own, own_check
from tests.sabotage.integration import Integration, Judgement


def assert_broke(judged: Judgement, reason: str = NOT_ENDED) -> None:
    """The gate broke before it could decide, and its report says that and nothing else."""
    assert judged.exit_code == 3, judged.printed
    assert " PASSED" not in judged.printed
    assert judged.report is not None
    assert judged.report["decision"]["words"] == "REHEARSAL INCOMPLETE"
    [told] = judged.report["decision"]["reasons"]
    assert told.startswith(reason)
    assert set(judged.results.values()) <= {"NOT VERIFIED"}


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


def test_a_real_interruption_is_pytests_own_exit_code(passing: Integration) -> None:
    body = "import os, signal, time; os.kill(os.getpid(), signal.SIGINT); time.sleep(30)"
    assert_not_passed(passing.judge(CHECKS, f"--checks={own(passing, 'mine', own_check(1, body))}"), exit_code=2)


def test_nothing_of_the_evidence_stays_behind(passing: Integration) -> None:
    dead = passing.directory / ".readiness" / "simulated" / "evidence" / "killed"
    dead.mkdir(parents=True)
    (dead / "limits.json").write_text("{}")
    dead.with_suffix(".alive").touch()
    passing.judge_here()
    assert list(dead.parent.iterdir()) == []
