"""The window becomes shorter: the gate sees what is too old, the retention takes it, and it stays away."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest

from tests.end_to_end.conftest import Story
from tests.end_to_end.holdings import contents
from tests.end_to_end.place import Place, Ran

PAST, KEPT = ("2026_Q4", "2027_Q1", "2027_Q2"), ("2027_Q3", "2027_Q4")
OF_PERIODS = ("forecast_entries", "snapshots", "time_frames", "time_periods")


@dataclass(frozen=True)
class Shortened:
    """What each command said in turn, and what the warehouse held before and after the retention, and in the end."""

    place: Place
    judged: Ran
    finding: dict[str, Any]
    retained: Ran
    judged_again: Ran
    finding_again: dict[str, Any]
    exported: Ran
    posts: int
    before: dict[str, list[tuple[Any, ...]]]
    after: dict[str, list[tuple[Any, ...]]]
    end: dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def shortened(story: Story, tmp_path_factory: pytest.TempPathFactory) -> Shortened:
    place = story.place.copy(tmp_path_factory.mktemp("retention") / "place")
    place.remember_quarters(1)
    text = re.sub(r"(?m)^retention_quarters = \d+", "retention_quarters = 2", place.settings.read_text())
    place.settings.write_text(text)
    with place.simulator():
        before = contents(place.warehouse)
        judged, finding = judge(place)
        retained = place.run("retention", "--env=simulated")
        after = contents(place.warehouse)
        judged_again, finding_again = judge(place)
        posts = len(place.posts())
        exported = place.export()
        posts = len(place.posts()) - posts
    end = contents(place.warehouse)
    return Shortened(place, judged, finding, retained, judged_again, finding_again, exported, posts, before, after, end)


def judge(place: Place) -> tuple[Ran, dict[str, Any]]:
    judged = place.gate("--env=simulated", "-k", "RES-06")
    (item,) = [each for each in place.report()["items"] if each["id"] == "RES-06"]
    (finding,) = item["findings"]
    return judged, finding


def test_the_gate_fails_for_quarters_and_files_before_the_window(shortened: Shortened) -> None:
    assert shortened.judged.code == 1
    assert shortened.finding["result"] == "FAIL"
    for period in PAST:
        assert f"{period} of net_bookings lies before the window" in shortened.finding["observed"]
    assert (
        "3 landed files lie before the window, the first of them net_bookings/2026_Q4/" in shortened.finding["observed"]
    )
    assert "clari-readiness retention" in shortened.finding["fix"]


def test_the_retention_takes_them_and_nothing_else(shortened: Shortened) -> None:
    assert (shortened.retained.code, shortened.retained.err) == (0, "")
    assert shortened.retained.lines[0] == "the window: 2027_Q3 to 2027_Q4, 2 quarters, and later ones"
    for table in OF_PERIODS:
        kept = [row for row in shortened.before[table] if not set(PAST) & set(map(str, row))]
        assert shortened.after[table] == kept
        assert len(kept) < len(shortened.before[table])
    assert shortened.after["users"] == shortened.before["users"]
    left = {path.parent.name for path in (shortened.place.state / "landing").rglob("*.json")}
    assert left == set(KEPT)


def test_the_gate_passes_then(shortened: Shortened) -> None:
    assert shortened.judged_again.code == 10  # the run is narrowed
    assert shortened.finding_again["result"] == "PASS"
    assert shortened.finding_again["observed"] == (
        "2 quarters, none before 2027_Q3, none missing of those that were loaded"
    )


def test_the_next_export_brings_nothing_back(shortened: Shortened) -> None:
    assert (shortened.exported.code, shortened.exported.lines[-1]) == (0, "2 of 2 exports loaded, 2 of them before")
    assert shortened.posts == 0
    assert shortened.end == shortened.after
