"""Files that the settings name, and that are not what they should be: one line, and nothing is spent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands import DEFAULTS, SIMULATED, run, small_simulator

IDS = 'opportunities_from = { file = "ids" }\n'

WRONG: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda _: None, "the ids of opportunities cannot be read: No such file or directory"),
    "a directory": (lambda path: path.mkdir(), "the ids of opportunities cannot be read: Is a directory"),
    "binary": (lambda path: path.write_bytes(b"\xff\x00"), "the ids of opportunities cannot be read: it is not UTF-8"),
    "empty": (lambda path: path.touch(), "names no opportunity"),
    "of comments only": (lambda path: path.write_text("# 0061\n\n"), "names no opportunity"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_file_of_ids_that_names_none_is_told_before_a_job_is_spent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], wrong: str
) -> None:
    write, said = WRONG[wrong]
    write(tmp_path / "ids")
    (tmp_path / "clari-readiness.toml").write_text(f"{DEFAULTS}history_quarters = 0{SIMULATED}{IDS}")
    with small_simulator(tmp_path) as simulator:
        assert run(tmp_path, "export") == 4
        assert list(simulator.journal) == []
    told = capsys.readouterr()
    (line,) = told.err.splitlines()
    assert line.startswith(f"clari-readiness: {tmp_path / 'ids'}: {said}; ")
    assert told.out == ""
