from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.trial.conftest import plain

COMMAND = (str(Path(sys.executable).with_name("clari-readiness")), "trial")
SETTINGS = """
[default]
forecasts = ["net_bookings"]
fiscal_year = { starts = "02", named_after = "end" }

[env.recorded]
api = { key = "fixture://recorded", base_url = "https://api.clari.com/v4" }
exporter = "reference"

[env.managed]
api = { key = "env://KEY", base_url = "https://api.clari.com/v4" }
exporter = { managed = "fivetran" }

[env.prod]
live = true
api = { key = "env://KEY", base_url = "https://api.clari.com/v4" }
exporter = { command = ["touch", "started"] }
"""
SECRET = "the-key-of-production"


def trial(directory: Path, *options: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "CLARI_API_KEY": SECRET, "AWS_SECRET_ACCESS_KEY": SECRET}
    return subprocess.run(
        [*COMMAND, *options], cwd=directory, env=environ, capture_output=True, text=True, timeout=120, check=False
    )


def on_trial(directory: Path, exporter: str, *options: str) -> subprocess.CompletedProcess[str]:
    named = ("--exporter", plain(exporter), "--warehouse", "sqlite:///w.sqlite", "--time-scale", "20")
    return trial(directory, *named, *options)


def test_laws_that_are_kept_are_a_line_each_a_table_a_record_and_0(tmp_path: Path) -> None:
    chosen = ("--scenario", "content_names", "--scenario", "process_session_broken")
    ended = on_trial(tmp_path, "repeats_the_post", *chosen, "--json", "found.json")
    assert (ended.returncode, ended.stderr) == (0, "")
    lines = ended.stdout.splitlines()
    assert lines[0].endswith("kept   healthy: nothing went wrong")
    kept, spared = sorted(lines[1:3], key=lambda line: "not applicable" in line)  # told as they end
    assert "kept   content_names: names were formulas, HTML" in kept
    assert "not applicable process_session_broken: its session with the server was broken" in spared
    assert spared.endswith(": its warehouse is a file: there is no session with a server that could break")
    assert {"CLA-10     1/1", "RES-04   not applicable"} <= set(lines)
    record = json.loads((tmp_path / "found.json").read_text())
    verdicts = sorted(each["verdict"] for each in record["outcomes"])
    assert (record["full"], record["seed"], verdicts) == (False, 1, ["kept", "kept", "not applicable"])
    assert (tmp_path / ".readiness").stat().st_mode & 0o777 == 0o700


def test_a_law_that_is_broken_says_what_was_done_and_what_was_wrong_and_is_1(tmp_path: Path) -> None:
    ended = on_trial(tmp_path, "repeats_the_post", "--scenario", "period_empty")
    assert ended.returncode == 1
    line = next(each for each in ended.stdout.splitlines() if "period_empty" in each)
    assert "BROKEN period_empty: every export was empty: changed the rows although what it asked" in line
    assert " could not be had: 84 rows gone" in line
    assert "[.readiness/trial/period_empty]" in line
    again = (tmp_path / ".readiness" / "trial" / "period_empty" / "again.txt").read_text()
    assert again.endswith(" --warehouse sqlite:///w.sqlite --time-scale 20 --scenario period_empty --seed 1\n")


def test_what_a_child_would_be_told_is_shown_without_any_secret_and_nothing_is_started(tmp_path: Path) -> None:
    ended = trial(tmp_path, "--exporter", "touch started", "--warehouse", "duckdb:///w.duckdb", "--print-env")
    assert ended.returncode == 0
    names = {line.partition("=")[0] for line in ended.stdout.splitlines()}
    assert {"CLARI_BASE_URL", "CLARI_API_KEY", "WAREHOUSE_URL", "HTTPS_PROXY", "HOME"} <= names
    assert not {name for name in names if name.startswith("AWS")}
    assert SECRET not in ended.stdout + ended.stderr
    assert not (tmp_path / "started").exists()


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--env", "prod"), 4, "prod is live, and no trial is declared for it: no exporter is started"),
        (("--env", "prod", "--exporter", "touch started", "--warehouse", "duckdb:///w"), 4, "prod is live"),
        (("--env", "managed"), 10, "fivetran is a managed connector: nobody can start it"),
        (("--exporter", "touch started"), 4, "no warehouse is named"),
        (("--exporter", "touch started", "--warehouse", "mysql://u@h/d"), 4, "a trial reads DuckDB and SQLite files"),
        (("--exporter", "touch started", "--warehouse", "postgres://u:p@h/d"), 4, "is written with a password"),
        (("--exporter", "touch started", "--warehouse", "env://NOT_SET"), 4, "environment variable NOT_SET is not set"),
        (("--scenario", "job_stukc"), 4, "there is no scenario 'job_stukc'; did you mean job_stuck"),
        (("--time-scale", "0"), 4, "--time-scale is not above 0"),
        (("--env", "pord"), 4, "there is no environment 'pord'; the nearest is prod"),
    ],
)
def test_a_mistake_is_one_line_and_nothing_is_started(
    tmp_path: Path, options: tuple[str, ...], code: int, said: str
) -> None:
    (tmp_path / "clari-readiness.toml").write_text(SETTINGS)
    ended = trial(tmp_path, *options)
    assert ended.returncode == code, ended.stdout + ended.stderr
    assert said in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert not (tmp_path / "started").exists()


def test_what_could_not_be_looked_at_is_10(tmp_path: Path) -> None:
    text = Path(plain("repeats_the_post").split()[1]).read_text().replace("forecast_amount TEXT", "amount TEXT")
    (tmp_path / "ours.py").write_text(text)
    (tmp_path / "clari-readiness.toml").write_text(SETTINGS)
    ended = trial(tmp_path, "--exporter", "python3 ours.py", "--warehouse", "sqlite:///w.sqlite", "--quick")
    assert ended.returncode == 10
    assert "NOT TESTED healthy: nothing went wrong: clari_forecasts has no column forecast_amount" in ended.stdout


def test_settings_map_tables_and_variables(tmp_path: Path) -> None:
    text = Path(plain("repeats_the_post").split()[1]).read_text()
    changes = {"forecast_amount TEXT": "amount TEXT", "clari_forecasts": "fct", "CLARI_BASE_URL": "REVOPS_CLARI"}
    for before, after in changes.items():
        text = text.replace(before, after)
    (tmp_path / "ours.py").write_text(text)
    more = """
trial.warehouse = "sqlite:///w.sqlite"
trial.time_scale = 20
trial.variables = { base_url = "REVOPS_CLARI" }
trial.tables.clari_forecasts = { name = "fct", columns = { forecast_amount = "amount" } }
"""
    ours = SETTINGS.replace('command = ["touch", "started"]', 'command = ["python3", "ours.py"]') + more
    (tmp_path / "clari-readiness.toml").write_text(ours)
    ended = trial(tmp_path, "--env", "prod", "--scenario", "healthy")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert not list((tmp_path / ".readiness" / "prod" / "trial").glob("*.json"))


NOT_APPLICABLE = """
[[not_applicable]]
item = "API-06"
env = "prod"
surface = "audit events"
reason = "we export forecasts only"
approved_by = "head of revops"
expires = 2027-05-01
"""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("audit events", "audit event"), "not_applicable[0]: surface: unknown; the nearest is audit events"),
        (('"prod"', '"prd"'), "not_applicable[0]: env: unknown; the nearest is prod"),
        (('reason = "we export forecasts only"\n', ""), "not_applicable[0]: reason: missing"),
    ],
)
def test_a_surface_that_cannot_be_read_is_no_conviction_for_lacking_it(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    (tmp_path / "clari-readiness.toml").write_text(SETTINGS + NOT_APPLICABLE.replace(*change))
    ended = trial(tmp_path, "--env", "prod", "--quick")
    assert (ended.returncode, ended.stdout, len(ended.stderr.splitlines())) == (4, "", 1)
    assert said in ended.stderr


def test_an_approval_that_has_expired_is_told(tmp_path: Path) -> None:
    expired = NOT_APPLICABLE.replace("2027", "2026")
    (tmp_path / "clari-readiness.toml").write_text(SETTINGS + 'trial.warehouse = "sqlite:///w"\n' + expired)
    ended = trial(tmp_path, "--env", "prod", "--print-env")
    assert (ended.returncode, "CLARI_AUDIT_FROM=" in ended.stdout) == (0, True)
    said = "not_applicable[0] has expired, so audit events are asked for, and judged"
    assert ended.stderr == f"clari-readiness: {said}\n"


def test_an_environment_that_is_named_wants_settings(tmp_path: Path) -> None:
    ended = on_trial(tmp_path, "repeats_the_post", "--env", "ours")
    assert (ended.returncode, ended.stdout) == (4, "")
    assert "clari-readiness.toml: not found in" in ended.stderr
