"""The counting of laws, seen to fail: a law that was tried with fewer examples than promised is no law that held."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CONFTEST = "from tests.conftest import *  # noqa: F403\n"
TRUE = """
import pytest
from hypothesis import assume, given, strategies as st

@pytest.mark.database
@given(st.integers())
def test_law_with_a_database(n): assume(n % 2)

def test_law_that_counts_itself(tally):
    tally.examples = tally.promised
    tally.steps = 7

def test_what_is_no_law(): pass
"""
SMALL = """
from hypothesis import given, strategies as st

@given(st.booleans())
def test_law_of_two_cases(b): pass
"""


def run(directory: Path, tests: str, profile: str = "default", *arguments: str) -> subprocess.CompletedProcess[str]:
    (directory / "conftest.py").write_text(CONFTEST)
    (directory / "test_some.py").write_text(tests)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(directory), *arguments],
        cwd=directory,
        env={**os.environ, "HYPOTHESIS_PROFILE": profile, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_a_soak_tells_how_often_each_law_was_tried_in_whichever_worker(
    tmp_path: Path, workers: tuple[str, ...]
) -> None:
    ran = run(tmp_path, TRUE, "soak", *workers)
    lines = {line.split("  ")[-1]: line.split()[:2] for line in ran.stdout.splitlines()}
    assert ran.returncode == 0, ran.stdout
    assert lines["with a database"] == ["5,000", "5,000"]
    assert lines["that counts itself (7 steps)"] == ["20,000", "20,000"]
    assert "what is no law" not in ran.stdout


@pytest.mark.parametrize("profile", ["default", "soak"])
def test_a_law_that_runs_out_of_examples_has_failed(tmp_path: Path, profile: str) -> None:
    ran = run(tmp_path, SMALL, profile)
    assert ran.returncode == 1
    assert "tried with 2 examples" in ran.stdout


def test_an_everyday_run_prints_no_table(tmp_path: Path) -> None:
    assert "promised" not in run(tmp_path, TRUE).stdout
