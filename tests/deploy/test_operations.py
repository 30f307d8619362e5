"""docs/operations.md: its settings are settings, and what it tells people to run is there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml
from typer.main import get_command

from clari_readiness.cli import app
from clari_readiness.environments import load
from clari_readiness.exporter import Cause, DataFinding
from clari_readiness.model.exports import ExportRequest
from tests.end_to_end.place import REPOSITORY

PAGE = (REPOSITORY / "docs" / "operations.md").read_text()
COMMANDS = [line.partition("#")[0].strip() for line in re.findall(r"(?m)^\$ (.*)$", PAGE)]


def test_the_settings_that_it_shows_are_settings(tmp_path: Path) -> None:
    (shown,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    shipped = (REPOSITORY / "clari-readiness.toml").read_text()
    kept = re.sub(r"(?ms)^\[env\.prod\].*?(?=^\[|^# What no machine)", "", shipped)
    settings = tmp_path / "clari-readiness.toml"
    settings.write_text(f"{kept}\n{shown}")
    environment = load(settings, environ={}).get("prod")
    assert environment.live
    assert environment.uses_reference_exporter
    assert environment.state_path == Path("/var/lib/clari/state.duckdb")
    assert environment.warehouse.url == tomllib.loads(shown)["env"]["prod"]["warehouse"]["url"]


def test_what_it_tells_people_to_run_is_there() -> None:
    known = set(getattr(get_command(app), "commands", {}))
    named = {words[1] for words in map(str.split, COMMANDS) if words[0] == "clari-readiness"}
    assert {"plan", "export", "reconcile"} <= named <= known
    files = set(re.findall(r"\bdeploy/[\w./-]*\w", PAGE))
    assert {"deploy/cron/nightly", "deploy/airflow/clari_export_dag.py"} <= files
    assert all((REPOSITORY / file).exists() for file in files), files


def test_every_alert_of_prometheus_has_a_line_that_says_what_to_do() -> None:
    rules = yaml.safe_load((REPOSITORY / "deploy" / "prometheus" / "alerts.yaml").read_text())
    alerts = {rule["alert"] for group in rules["groups"] for rule in group["rules"]}
    lines = re.findall(r"(?m)^\| (`Clari.+?) \| .+ \|$", PAGE)
    assert {name for line in lines for name in re.findall(r"`(\w+)`", line)} == alerts


def test_every_cause_of_an_alarm_has_a_line_that_says_what_to_do() -> None:
    table = PAGE.partition("## When it rings")[2]
    request, ended = (
        ExportRequest("net_bookings", "2027_Q4", ("forecast",)),
        {"no opt-in", "the job failed", "the job timed out"},
    )
    grave = {cause.value for cause in Cause if DataFinding(cause, request, "job", "").grave}
    assert {cause for cause in grave | ended if f"`{cause}`" not in table} == set()


def test_every_file_of_deploy_is_on_the_page() -> None:
    files = {str(path.relative_to(REPOSITORY)) for path in (REPOSITORY / "deploy").rglob("*") if path.is_file()}
    ours = {file for file in files if file.split("/")[1] in ("airflow", "cron", "github") and "__pycache__" not in file}
    assert {file for file in ours if file not in PAGE} == set()
