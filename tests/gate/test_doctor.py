"""`clari-readiness doctor`: the CONN items alone, in a process of their own, with the gate's exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from clari_readiness.secrets import fixture_key
from clari_readiness.simulator import Simulator

SETTINGS = """
[default]
forecasts = ["net_bookings"]
fiscal_year = { starts = "02", named_after = "end" }
[env.simulated]
api = { key = "fixture://simulated" }
[env.prod]
live = true
api = { key = "env://CLARI_API_KEY_PROD", base_url = "https://api.clari.com/v4" }
"""
CONN = ["CONN-01", "CONN-02", "CONN-03"]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "clari-readiness.toml").write_text(SETTINGS)
    return tmp_path


def doctor(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).parent / "clari-readiness", "doctor", *arguments]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CLARI_", "PYTEST_"))}
    return subprocess.run(command, cwd=directory, env=kept, capture_output=True, text=True, timeout=200, check=False)


def items(directory: Path, environment: str) -> dict[str, str]:
    report = json.loads((directory / ".readiness" / environment / "report.json").read_text())
    return {item["id"]: item["result"] for item in report["items"]}


def test_a_key_that_works_is_told_by_two_requests_and_never_as_a_go(directory: Path) -> None:
    state = directory / ".readiness" / "simulated"
    state.mkdir(parents=True)
    with Simulator(key=fixture_key("simulated"), state_directory=state) as simulator:
        told = doctor(directory, "--env=simulated")
        asked = [line.path for line in simulator.journal]
    assert told.returncode == 0, told
    assert "SUBSET PASSED   exit code 0   simulated, rehearsal, only connection" in told.stdout
    assert items(directory, "simulated") == dict.fromkeys(CONN, "PASS")
    assert sorted(asked) == ["/v4/admin/limits", "/v4/forecast/net_bookings"]


def test_without_a_key_it_fails_and_says_how_to_set_it(directory: Path) -> None:
    told = doctor(directory, "--env=prod")
    assert told.returncode == 1, told
    assert "export CLARI_API_KEY_PROD=..." in told.stdout
    assert items(directory, "prod") == dict(zip(CONN, ("NOT VERIFIED", "FAIL", "NOT VERIFIED"), strict=True))


def test_while_the_simulator_does_not_run_nobody_can_look(directory: Path) -> None:
    told = doctor(directory, "--env=simulated")
    assert told.returncode == 10, told
    assert "Traceback" not in told.stdout + told.stderr


def test_a_mistake_in_the_settings_is_one_line_and_exit_code_4(directory: Path) -> None:
    told = doctor(directory, "--env=prodd")
    assert (told.returncode, told.stdout) == (4, "")
    assert told.stderr.count("\n") == 1
    assert "there is no environment 'prodd'; the nearest is prod" in told.stderr
    assert not (directory / ".readiness").exists()
