from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.documents import FIELDS, PER_USER, WEEKS, Made
from benchmarks.measurements import EXPLAINED, MEASUREMENTS
from benchmarks.rows import Explained, Row, Standing, at_least, at_most, explained

ROOT = Path(__file__).parents[2]
PARTS = ("load", "memory", "validation", "again", "current", "changes", "reconciliation", "gate-memory")


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    """A smoke run of what takes seconds; the gate has its own tests, and the peers are in another group."""
    place = tmp_path_factory.mktemp("bench")
    told = ["--results", str(place / "results.json"), "--directory", str(place / "files")]
    command = [sys.executable, "-m", "benchmarks", "--quick", "--only", *PARTS, *told]
    environ = {**os.environ, "NO_COLOR": "1"}
    ended = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    return ended, json.loads((place / "results.json").read_text())


def test_a_quick_run_shows_goal_and_figure_side_by_side(quick: Any) -> None:
    ended, told = quick
    assert told["rows"], ended.stderr
    for row in told["rows"]:
        assert {"name", "goal", "figure", "standing", "seen"} == set(row)
        assert row["name"].split(",")[0] in ended.stdout


def test_a_quick_run_judges_nothing(quick: Any) -> None:
    rows = {row["name"]: row for row in quick[1]["rows"] if not row["name"].startswith("changes")}
    assert {row["standing"] for row in rows.values()} == {Standing.NOT_JUDGED.value}


def test_a_quick_run_says_on_what_it_ran(quick: Any) -> None:
    run = quick[1]["run"]
    assert {"sizes", "repeats", "begun", "ended"} == set(run)
    assert {"at", "cores", "memory_gib", "load_average", "python", "versions"} == set(run["begun"])


def test_a_quick_run_finds_the_counts_that_are_true_at_any_size(quick: Any) -> None:
    rows = {row["name"]: row["seen"] for row in quick[1]["rows"]}
    assert rows["contract of every entry"]["violations"][0].startswith("$.entries[9999].forecastValue: ")
    assert rows["the same job again, ten million rows"]["growth_percent"] <= 1
    assert rows["reconciliation, against a FULL JOIN"]["same"] is True
    assert rows["reconciliation, against a FULL JOIN"]["rows"] == 10_000
    assert rows["current_entries of thirty million rows"]["same_content"] is True
    for engine in ("DuckDB", "PostgreSQL"):
        asked = rows[f"the gate and thirty million rows, {engine}"]
        assert 0 < asked["bytes"] <= 1_000_000
        assert len(asked["each"]) == 12


def test_a_document_is_the_same_from_the_same_seed_and_has_every_entry_once(tmp_path: Path) -> None:
    made = Made(2 * PER_USER)
    first, second = (made.at(tmp_path / name).read_bytes() for name in ("one", "two"))
    entries = json.loads(first)["entries"]
    keys = {(entry["userId"], entry["fieldId"], entry["timeFrameId"]) for entry in entries}
    assert first == second
    assert len(entries) == len(keys) == 2 * FIELDS * WEEKS


def test_the_next_day_differs_in_some_amounts_and_in_nothing_else(tmp_path: Path) -> None:
    today, tomorrow = (json.loads(Made(PER_USER, day=day).at(tmp_path).read_text())["entries"] for day in (0, 1))
    changed = [after["forecastValue"] != before["forecastValue"] for before, after in zip(today, tomorrow, strict=True)]
    assert 0 < sum(changed) < PER_USER / 2
    for entry in (*today, *tomorrow):
        del entry["forecastValue"]
    assert today == tomorrow


def test_a_goal_is_missed_on_its_wrong_side_only() -> None:
    assert at_most("a", "b", 2.5, 2.5, "x").standing is Standing.REACHED
    assert at_most("a", "b", 2.6, 2.5, "x").standing is Standing.MISSED
    assert at_least("a", "b", 5.0, 5, "x").standing is Standing.REACHED
    assert at_least("a", "b", 4.9, 5, "x").standing is Standing.MISSED


@pytest.mark.parametrize(
    ("row", "bound", "standing"),
    [
        (at_most("a", "b", 2.9, 2.5, "x"), 3, Standing.EXPLAINED),
        (at_most("a", "b", 3.1, 2.5, "x"), 3, Standing.MISSED),
        (at_most("a", "b", 2.4, 2.5, "x"), 3, Standing.REACHED),
        (at_least("a", "b", 4.5, 8, "x"), 4, Standing.EXPLAINED),
        (at_least("a", "b", 3.9, 8, "x"), 4, Standing.MISSED),
        (at_least("a", "b", 8.1, 8, "x"), 4, Standing.REACHED),
        (at_least("another", "b", 7.9, 8, "x"), 4, Standing.MISSED),
    ],
)
def test_a_reason_excuses_no_figure_that_is_worse_than_what_it_explains(
    row: Row, bound: float, standing: Standing
) -> None:
    assert explained(row, {"a": Explained("why", bound)}).standing is standing


def test_every_goal_that_is_out_of_reach_is_measured_and_explained() -> None:
    documented = (ROOT / "docs" / "performance.md").read_text()
    measured = (ROOT / "benchmarks" / "measurements.py").read_text()
    for name, reason in EXPLAINED.items():
        assert f"- **{reason.paragraph}**" in documented
        assert re.search(rf"(at most|at least|s,|and) {reason.bound:g} (x|s)\b", documented), name
        assert measured.count(f'"{name}"') == 2, "the reason of no row"


def test_what_was_missed_or_not_measured_fails_a_run_and_nothing_else_does() -> None:
    assert [standing for standing in Standing if standing.fails] == [Standing.MISSED, Standing.NOT_MEASURED]


def test_every_row_of_the_goals_has_a_measurement() -> None:
    documented = (ROOT / "docs" / "performance.md").read_text()
    assert [name for name in MEASUREMENTS if f"`{name}`" not in documented] == []
