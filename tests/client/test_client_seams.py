"""What the layers of the client owe each other."""

import ast
from pathlib import Path

import pytest

import clari_readiness.client as package
from clari_readiness.client import Deadline, answers
from clari_readiness.model.time import SteppedClock

PACKAGE = Path(package.__file__).parent


def imported(module: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("module", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_wire_knows_httpx(module) -> None:
    knows = bool({"httpx", "httpcore"} & imported(module))
    assert not knows or module.parent.name == "wire"


def test_a_client_closes_its_connections_and_sends_nothing_by_itself(server, reach) -> None:
    with reach():
        pass
    assert server.seen == []


def test_a_deadline_runs_by_two_clocks(clock) -> None:
    machine = SteppedClock(clock.now())
    deadline = Deadline(60, clock=clock, machine=machine)
    clock.sleep(45)
    machine.sleep(70)
    assert deadline.left_to_wait() == 15
    assert deadline.left_on_the_wire() == -10


def test_calls_have_one_deadline_and_downloads_another(reach, server, act, clock, tmp_path) -> None:
    server.will(*[act.answer({"message": "busy"}, 503)] * 40)
    options = {"call_deadline": 5, "download_deadline": 20}
    to = tmp_path / "it.json"
    for expected, ask in ((5, reach(**options).jobs), (20, lambda: reach(**options).download("j1", to))):
        began = clock.monotonic()
        with pytest.raises(Exception, match=f"the call's deadline of {expected} s"):
            ask()
        assert clock.monotonic() - began <= expected


def test_a_wrong_value_is_shown_short() -> None:
    with pytest.raises(answers.Unreadable) as caught:
        answers.job({"jobId": "j1", "status": "x" * 10_000})
    assert len(str(caught.value)) < 400
