"""A run that is killed, or interrupted, leaves a report all the same, and none that says more than it looked at."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.place import Place, until

NAMES = {"report.json", "report.html", "report.md", "junit.xml"}


def left(place: Place) -> set[str]:
    return {path.name for path in (place.directory / ".readiness" / "recorded").glob("*") if path.name in NAMES}


@pytest.fixture(params=[signal.SIGKILL, signal.SIGINT], ids=lambda number: signal.Signals(number).name)
def stopped(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Place, int]:
    """A place where a run was stopped at work, and how it ended."""
    place = Place.fresh(tmp_path / "place")
    gate = place.start_gate("-k", "trial")  # what takes longest
    until(lambda: left(place) == NAMES, gate)
    return place, gate.signalled(request.param).code


def test_a_run_that_is_stopped_leaves_reports_that_say_incomplete(stopped: tuple[Place, int]) -> None:
    place, code = stopped
    assert code not in (0, 1)
    assert left(place) == NAMES
    report: dict[str, Any] = place.report("recorded")
    assert report["decision"]["words"] == "REHEARSAL INCOMPLETE"
    assert report["decision"]["exit_code"] != 0
    assert len(report["items"]) == 38
    assert report["counts"]["PASS"] == 0
    for name in NAMES - {"report.json"}:
        text = (place.directory / ".readiness" / "recorded" / name).read_text()
        assert "REHEARSAL INCOMPLETE" in text
        assert "PASSED" not in text


def test_a_run_that_is_stopped_is_not_remembered_as_one_that_looked_at_everything(stopped: tuple[Place, int]) -> None:
    history = stopped[0].directory / ".readiness" / "recorded" / "history.jsonl"
    assert not history.exists() or '"whole": true' not in history.read_text()
