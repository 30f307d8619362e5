"""The documentation tells the truth: its scorecard is what a run prints, its commands and links exist."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from clari_readiness.cli import app

REPOSITORY = Path(__file__).parents[2]
PAGES = [REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
README = (REPOSITORY / "README.md").read_text()


def commands() -> list[str]:
    """Return what stands behind a `$` in the README, without its comment."""
    return [line.partition("#")[0].strip() for line in re.findall(r"^\s*\$ (.*)$", README, re.MULTILINE)]


def test_the_scorecard_in_the_readme_is_what_a_run_prints(tmp_path: Path) -> None:
    shutil.copy(REPOSITORY / "clari-readiness.toml", tmp_path)
    gate = subprocess.run(
        [sys.executable, "-m", "pytest", "checks", f"--config={tmp_path / 'clari-readiness.toml'}"],
        cwd=REPOSITORY,
        env={**os.environ, "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert gate.returncode == 0, gate.stdout + gate.stderr
    printed = gate.stdout[gate.stdout.index("\nCONN ") :].replace(f"{tmp_path}/", "").strip()
    assert f"```text\n{printed}\ngate exit code: 0\n```" in README


def test_every_command_of_the_readme_exists() -> None:
    known = set(getattr(get_command(app), "commands", {}))
    named = {words[1] for words in map(str.split, commands()) if words[0] == "clari-readiness"}
    assert named
    assert named <= known


def test_every_target_of_the_documentation_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))
    named = {
        name for page in PAGES for line in re.findall(r"`make ([a-z -]+)`", page.read_text()) for name in line.split()
    }
    assert named >= {"check", "test"}
    assert named <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\((?!https?://)([^)#]+)", page.read_text()):
        assert (page.parent / link).exists(), link
