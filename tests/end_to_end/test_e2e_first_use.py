"""Simulate, export, check: the first quarter of an hour, as the terminal shows it."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from tests.end_to_end.conftest import Story
from tests.end_to_end.holdings import exact
from tests.end_to_end.place import REPOSITORY, Place

QUARTERS = ("2027_Q4", "2027_Q3", "2027_Q2", "2027_Q1", "2026_Q4")


def test_simulating_exporting_and_checking_exit_with_0(story: Story) -> None:
    assert (story.simulated.code, story.exported.code, story.judged.code) == (0, 0, 0), story
    assert (story.simulated.err, story.exported.err) == ("", "")


def test_the_simulator_says_where_it_answers_what_time_it_is_and_what_comes_next(story: Story) -> None:
    lines = story.simulated.lines
    assert re.fullmatch(r"the simulator answers at http://127\.0\.0\.1:\d+/v4 \(v1: \S+/v1\)", lines[0])
    assert "2026-11-21 09:0" in lines[1]
    assert str(story.place.state) in lines[1]
    assert "clari-readiness export --env=simulated" in lines[2]
    assert "has stopped" in lines[3]


def test_away_from_a_terminal_an_export_says_one_line_a_job_and_draws_nothing(story: Story) -> None:
    said = r"net_bookings (\S+): loaded, (\d+) new entries \(job [0-9a-f]{24}\)"
    cost, *jobs, summary = story.exported.lines
    assert cost.startswith("this run takes 5 jobs of a quota of 1000 in 30 days")
    assert [re.fullmatch(said, line)[1] for line in jobs] == list(QUARTERS)  # type: ignore[index]
    assert summary == "5 of 5 exports loaded"
    assert not re.search("[\x1b\r━]", story.exported.said)


def test_a_reconciliation_after_the_export_finds_every_quarter_the_same(story: Story) -> None:
    assert (story.reconciled.code, story.reconciled.err) == (0, "")
    rows = [line.split() for line in story.reconciled.lines if " exact " in line]
    assert [(row[1], row[-1]) for row in rows] == [(quarter, "same") for quarter in QUARTERS]
    assert story.reconciled.lines[-1] == "same"


def test_a_fire_drill_goes_into_the_machines_own_log(story: Story) -> None:
    assert (story.drilled.code, story.drilled.said) == (0, "alerts.to[0] (syslog): accepted\n")


def test_the_warehouse_holds_what_is_true_of_each_job_and_nothing_else(after: Place) -> None:
    jobs = exact(after, after.simulator())
    assert len(jobs) == len(QUARTERS) == len(after.posts())


def test_every_check_passes_and_so_does_the_rehearsal(story: Story) -> None:
    checks = [finding for item in story.place.report()["items"] for finding in item["findings"] if finding["check"]]
    assert Counter(finding["result"] for finding in checks) == {"PASS": 50}
    assert "50 passed" in story.judged.out
    assert "REHEARSAL PASSED   exit code 0   simulated, rehearsal" in story.judged.out
    assert story.place.report()["decision"]["words"] == "REHEARSAL PASSED"
    assert not re.search("FAIL|Traceback|Warning|\x1b", story.judged.said)


def test_the_report_is_where_the_gate_says_that_it_is(story: Story) -> None:
    named = re.findall(r"(?m)^Report: (.+)$", story.judged.out)
    assert [(REPOSITORY / name).read_text()[:15].lower() for name in named] == ["<!doctype html>"]


def test_what_is_left_behind_is_for_its_owner_alone(story: Story) -> None:
    root = story.place.directory / ".readiness"
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in (root, *_folders(root))} == {
        ".readiness": "0o700",
        "simulated": "0o700",
    }


def _folders(root: Path) -> list[Path]:
    return [path for path in root.iterdir() if path.is_dir()]
