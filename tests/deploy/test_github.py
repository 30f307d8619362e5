"""The workflow for GitHub: what it runs exists, it may read and nothing else, and nobody can move what it builds on."""

from __future__ import annotations

import re
import subprocess
from typing import Any

import pytest
import yaml

from clari_readiness.environments import load
from tests.end_to_end.place import REPOSITORY

TEXT = (REPOSITORY / "deploy" / "github" / "clari-readiness.yaml").read_text()
WORKFLOW: dict[Any, Any] = yaml.safe_load(TEXT)
JOBS: dict[str, dict[str, Any]] = WORKFLOW["jobs"]
STEPS = [step for job in JOBS.values() for step in job["steps"]]
LINES = [line for step in STEPS for line in step.get("run", "").splitlines()]


def test_pull_requests_get_the_gate_without_a_secret_and_the_schedule_gets_the_night() -> None:
    assert set(WORKFLOW[True]) == {"pull_request", "schedule", "workflow_dispatch"}  # `on` is a boolean in YAML 1.1
    assert JOBS["gate"]["if"] == "github.event_name == 'pull_request'"
    assert JOBS["nightly"]["if"] == "github.event_name != 'pull_request'"
    assert "secrets." not in str(JOBS["gate"])
    nightly = [step for step in JOBS["nightly"]["steps"] if step.get("run", "").endswith("prod")]
    assert nightly
    assert all("secrets.CLARI_ALERTS" in step["env"]["CLARI_ALERTS"] for step in nightly)
    assert "secrets.CLARI_API_KEY_PROD" in str(JOBS["nightly"])


def test_the_night_begins_after_eight_utc() -> None:
    (schedule,) = WORKFLOW[True]["schedule"]
    minute, hour, *every = schedule["cron"].split()
    assert (int(hour), int(minute)) >= (8, 0)
    assert every == ["*", "*", "*"]


def test_it_may_read_the_repository_and_nothing_else() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert not any("permissions" in job for job in JOBS.values())
    checkouts = [step for step in STEPS if step.get("uses", "").startswith("actions/checkout@")]
    assert len(checkouts) == len(JOBS)
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_actions_are_pinned_to_a_commit_and_say_which_version_that_is() -> None:
    used = re.findall(r"uses: (.+)", TEXT)
    assert used
    for each in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each), each


@pytest.mark.parametrize("line", LINES)
def test_what_it_runs_exists(line: str) -> None:
    assert subprocess.run(["bash", "-n", "-c", line], check=False).returncode == 0
    command, *arguments = line.split()
    if command == "make":
        targets = (REPOSITORY / "Makefile").read_text().replace("$(VENV)", ".venv")
        assert all(f"\n{target}:" in targets for target in arguments)
    elif command == ".venv/bin/pytest":
        assert arguments[0] == "checks"
        named = [each.removeprefix("--env=") for each in arguments if each.startswith("--env=")]
        assert set(named) <= set(settings_names())
    else:
        assert (REPOSITORY / command).stat().st_mode & 0o111
        assert arguments[0] in settings_names()


def test_no_exit_code_is_swallowed() -> None:
    assert not any("||" in line or ";" in line or "|" in line for line in LINES)
    assert not any("continue-on-error" in step for step in STEPS)


@pytest.mark.parametrize("job", JOBS)
def test_the_report_is_kept_whatever_became_of_the_steps(job: str) -> None:
    kept = JOBS[job]["steps"][-1]
    assert kept["uses"].startswith("actions/upload-artifact@")
    assert kept["if"] == "always()"
    assert kept["with"]["include-hidden-files"] is True, ".readiness is a hidden directory"
    for path in kept["with"]["path"].split():
        assert path.split("/")[:2] in ([".readiness", "recorded"], [".readiness", "prod"])
    assert any(path.endswith("/report.html") for path in kept["with"]["path"].split())


def test_the_night_is_judged_even_when_it_failed_and_what_earlier_ones_left_stays() -> None:
    checkout, _, night, judged, _ = JOBS["nightly"]["steps"]
    assert checkout["with"]["clean"] is False
    assert night["run"] == "deploy/cron/nightly prod"
    assert judged["if"] == "always()"
    assert JOBS["nightly"]["concurrency"]["cancel-in-progress"] is False


def settings_names() -> set[str]:
    return set(load(REPOSITORY / "clari-readiness.toml", environ={}).names)
