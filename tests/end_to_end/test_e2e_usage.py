"""A command line that is wrong: said in words, exit code 4, and never a crash."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end.place import BIN, Ran, started

WRONG = {
    "no environment": (("export",), "--env"),
    "an unknown command": (("exprot",), "export"),
    "an unknown option": (("export", "--env=simulated", "--fast"), "--fast"),
    "a port that is none": (("simulate", "--port=99999"), "--port"),
}


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ran]:
    """What each of them says."""
    directory: Path = tmp_path_factory.mktemp("usage")
    running = {
        name: started([str(BIN / "clari-readiness"), *arguments], directory) for name, (arguments, _) in WRONG.items()
    }
    return {name: each.end() for name, each in running.items()}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_with_the_command_line_is_said_without_a_traceback(refused: dict[str, Ran], wrong: str) -> None:
    assert WRONG[wrong][1] in refused[wrong].err
    assert "Traceback" not in refused[wrong].said
    assert refused[wrong].code == 4
