"""What is an anomaly and what is not: levels, kinds, baselines, and what each finding tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from clari_readiness.model.anomalies import AnomalyKind, Crowd, Detection, Seen
from tests.elsewhere import ENGINES, into, into_sqlite
from tests.monitoring.scene import A_DAY, AT, BEFORE, PERIOD, Scene, told

LAST_NIGHT = AT - A_DAY
A_WEEK_BEFORE = "TF:2026-08-19"


@pytest.fixture(params=ENGINES)
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    """A table that is judged where it is, and in a copy of it in each of the other engines."""
    made = Scene()
    if request.param == "sqlite":
        made.elsewhere = lambda source: into_sqlite(source, tmp_path / "scene.sqlite")
    elif request.param != "duckdb":
        server = request.getfixturevalue(request.param)
        made.elsewhere = lambda source: into(request.param, source, server)
    yield made
    made.close()


@pytest.fixture
def placed(scene: Scene) -> Scene:
    """Everybody has an amount, managers the sum of their people's."""
    scene.hierarchy()
    return scene


STEADY = {"ann": 100, "bob": 100, "cyn": 800, "mia": 200, "max": 800, "chief": 1000}


def test_a_swing_is_found_for_the_person_the_teams_above_and_the_total(placed: Scene) -> None:
    placed.put(STEADY, LAST_NIGHT)
    placed.put({**STEADY, "ann": 400})
    assert placed.found() == [
        ("total", "", "swing"),
        ("team", "chief", "swing"),
        ("team", "mia", "swing"),
        ("rep", "ann", "swing"),
    ]


def test_a_swing_that_the_others_outweigh_is_the_persons_and_their_managers_alone(placed: Scene) -> None:
    placed.put(STEADY, LAST_NIGHT)
    placed.put({**STEADY, "ann": 150})
    assert placed.found() == [("team", "mia", "swing"), ("rep", "ann", "swing")]


def test_a_managers_own_call_is_theirs_and_in_no_sum(placed: Scene) -> None:
    placed.put(STEADY, LAST_NIGHT)
    placed.put({**STEADY, "mia": 900})
    assert placed.found() == [("rep", "mia", "swing")]


def test_without_a_hierarchy_there_are_no_teams_and_everybody_is_in_the_total(scene: Scene) -> None:
    scene.put({"ann": 100, "mia": 100}, LAST_NIGHT)
    scene.put({"ann": 200, "mia": 100})
    anomalies = scene.detect().anomalies
    assert [told(each) for each in anomalies] == [("total", "", "swing"), ("rep", "ann", "swing")]
    assert (anomalies[0].previous, anomalies[0].current) == (Decimal("200.00"), Decimal("300.00"))


def test_a_hierarchy_that_runs_in_a_circle_comes_to_an_end(placed: Scene) -> None:
    placed.connection.execute("UPDATE users SET parent_hierarchy_id = 'north' WHERE user_id = 'chief'")
    placed.put(STEADY, LAST_NIGHT)
    placed.put({**STEADY, "ann": 150})
    assert ("rep", "ann", "swing") in placed.found()


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        ("100.00", "120.00", []),
        ("100.00", "120.01", ["swing"]),
        ("100.00", "80.00", []),
        ("100.00", "79.99", ["swing"]),
        ("-100.00", "-120.00", []),
        ("-100.00", "-120.01", ["swing"]),
        ("0.05", "0.06", []),
        ("0.00", "0.01", ["from_zero"]),
        ("0.01", "0.00", ["to_zero"]),
        ("0.01", "-0.01", ["sign_change"]),
        ("0.00", "0.00", []),
        ("9999999999999.99", "9999999999999.99", []),
    ],
)
def test_more_than_a_fifth_is_a_swing_and_exactly_a_fifth_is_not(
    scene: Scene, before: str, after: str, kinds: list[str]
) -> None:
    scene.put({"ann": before}, LAST_NIGHT)
    scene.put({"ann": after})
    assert scene.found() == [(level, who, kind) for kind in kinds for level, who in (("total", ""), ("rep", "ann"))]


def test_fields_are_apart(scene: Scene) -> None:
    scene.put({("ann", "fc_commit"): 100, ("ann", "fc_best"): 200}, LAST_NIGHT)
    scene.put({("ann", "fc_commit"): 200, ("ann", "fc_best"): 100})
    assert {(each.field_id, each.change) for each in scene.detect().anomalies} == {
        ("fc_commit", Decimal("1.0000")),
        ("fc_best", Decimal("-0.5000")),
    }


def test_types_are_apart(scene: Scene) -> None:
    for at, closed in ((LAST_NIGHT, 10), (AT, 20)):
        scene.put({"ann": 100}, at)
        scene.put({"ann": closed}, at, column="crm_closed")
    assert {each.type for each in scene.detect().anomalies} == {"crm_closed"}


def test_only_amounts_of_the_types_that_are_asked_for_swing(scene: Scene) -> None:
    for column in ("quota_amount", "crm_closed"):
        scene.put({"ann": 100}, AT - A_DAY, column=column)
        scene.put({"ann": 200}, AT, column=column)
    detector = replace(scene.detector, types=("forecast", "quota"))
    found = detector.detect([scene.exports[1]], scene.exports)
    assert {each.type for each in found.anomalies} == {"quota"}
    assert found.inspected[0].found == len(found.anomalies)


def test_the_latest_week_counts_whatever_became_of_those_before(scene: Scene) -> None:
    scene.put({"ann": 100}, LAST_NIGHT)
    scene.put({"ann": 100})
    scene.put({"ann": 1}, LAST_NIGHT, week=A_WEEK_BEFORE)
    scene.put({"ann": 900}, week=A_WEEK_BEFORE)
    assert scene.found() == []


def test_a_new_week_is_compared_with_the_one_before(scene: Scene) -> None:
    scene.put({"ann": 100}, LAST_NIGHT, week=A_WEEK_BEFORE)
    scene.put({"ann": 100}, week=A_WEEK_BEFORE)
    scene.put({"ann": 200})
    assert scene.found() == [("total", "", "swing"), ("rep", "ann", "swing")]


def test_a_person_who_vanished_has_no_swing_and_the_totals_is_explained(scene: Scene) -> None:
    scene.put({"ann": 100, "bob": 300}, LAST_NIGHT)
    scene.put({"ann": 100})
    (total,) = scene.detect().anomalies
    assert told(total) == ("total", "", "swing")
    assert (total.vanished, total.appeared) == (Crowd(1, Decimal("300.00")), Crowd(0, Decimal("0.00")))
    assert "1 who vanished (F17) had 300.00" in str(total)


def test_a_person_who_appeared_comes_from_nothing_and_not_from_zero(scene: Scene) -> None:
    scene.put({"ann": 100}, LAST_NIGHT)
    scene.put({"ann": 100, "bob": 300})
    (total,) = scene.detect().anomalies
    assert (total.level, total.kind, total.appeared) == ("total", AnomalyKind.SWING, Crowd(1, Decimal("300.00")))


def test_a_row_that_was_loaded_twice_is_one_amount(scene: Scene) -> None:
    scene.put({"ann": 100}, LAST_NIGHT)
    scene.put({"ann": 100})
    scene.put({"ann": 100})
    assert scene.found() == []


def test_an_export_that_did_not_reconcile_is_no_baseline(scene: Scene) -> None:
    trusted = scene.put({"ann": 100}, AT - 2 * A_DAY)
    doubted = scene.put({"ann": 200}, LAST_NIGHT)
    scene.put({"ann": 200})
    assert scene.found() == []
    detection = scene.detect(doubted=[doubted])
    assert [told(each) for each in detection.anomalies] == [("total", "", "swing"), ("rep", "ann", "swing")]
    assert {each.baseline_at for each in detection.anomalies} == {trusted.exported_at}


def test_without_a_baseline_nothing_is_found_and_it_says_why(scene: Scene) -> None:
    doubted = scene.put({"ann": 100}, LAST_NIGHT)
    scene.put({"ann": 900})
    detection = scene.detect(doubted=[doubted])
    assert detection.anomalies == ()
    assert [(each.baseline_at, each.reason, each.history_lost) for each in detection.inspected] == [
        (None, "no export of it from before has reconciled", False)
    ]


def test_a_table_that_does_not_keep_what_reconciled_is_told(scene: Scene) -> None:
    before = scene.put({"ann": 100}, LAST_NIGHT)
    scene.put({"ann": 900})
    scene.connection.execute("DELETE FROM clari_forecasts WHERE job_id = $job", {"job": before.job_id})
    detection = scene.detect()
    assert detection.anomalies == ()
    assert [(each.baseline_at, each.history_lost) for each in detection.inspected] == [(None, True)]


def test_what_was_exported_later_is_no_baseline(scene: Scene) -> None:
    current = scene.put({"ann": 900}, LAST_NIGHT)
    later = scene.put({"ann": 100})
    assert scene.detector.detect([current], [current, later]).anomalies == ()


TURN = datetime(2026, 8, 1, 9, tzinfo=UTC)
FIRST_WEEK, SAME_WEEK, LAST_WEEK = "TF:2026-07-29", "TF:2026-04-29", "TF:2026-07-22"


def at_the_turn(scene: Scene, at: datetime) -> Detection:
    scene.put({"ann": 100}, TURN - A_DAY, week=SAME_WEEK, period=BEFORE)
    scene.put({"ann": 900}, TURN - A_DAY, week=LAST_WEEK, period=BEFORE)
    scene.put({"ann": 150}, at, week=FIRST_WEEK)
    return scene.detect()


def test_at_a_quarters_turn_the_same_week_of_the_quarter_before_is_the_baseline(scene: Scene) -> None:
    anomaly = at_the_turn(scene, TURN).anomalies[-1]
    assert (anomaly.previous, anomaly.current) == (Decimal("100.00"), Decimal("150.00"))
    assert (anomaly.time_period, anomaly.baseline_period) == (PERIOD, BEFORE)
    assert "in the same week of 2027_Q2" in str(anomaly)
    assert [each.amount for each in anomaly.history] == [100, 150]


def test_once_an_export_of_the_quarter_has_reconciled_it_is_the_baseline(scene: Scene) -> None:
    scene.put({"ann": 150}, TURN - timedelta(hours=1), week=FIRST_WEEK)
    assert at_the_turn(scene, TURN).anomalies == ()


def test_a_first_export_in_the_middle_of_a_quarter_has_no_baseline(scene: Scene) -> None:
    detection = at_the_turn(scene, TURN + timedelta(days=7))
    assert (detection.anomalies, detection.inspected[0].baseline_at) == ((), None)


def test_the_current_quarter_may_stand_still_for_as_long_as_it_may_and_no_longer(scene: Scene) -> None:
    for days in (4, 2, 0):
        scene.put({"ann": 100}, AT - days * A_DAY)
    assert scene.found() == []
    first = scene.put({"ann": 100}, AT - 4 * A_DAY - timedelta(seconds=1))
    (anomaly,) = scene.detect().anomalies
    assert (anomaly.kind, anomaly.baseline_at) == (AnomalyKind.UNCHANGED_TOO_LONG, first.exported_at)
    assert [each.exported_at for each in anomaly.history] == sorted(each.exported_at for each in scene.exports)


def test_what_moved_and_came_back_did_not_stand_still(scene: Scene) -> None:
    for days, amount in ((5, 100), (3, 101), (0, 100)):
        scene.put({"ann": amount}, AT - days * A_DAY)
    assert scene.found() == []


def test_a_new_week_with_the_same_amounts_stands_still(scene: Scene) -> None:
    scene.put({"ann": 100}, AT - 5 * A_DAY, week=A_WEEK_BEFORE)
    scene.put({"ann": 100}, week=A_WEEK_BEFORE)
    scene.put({"ann": 100})
    assert scene.found() == [("total", "", "unchanged_too_long")]


def test_a_past_quarter_may_stand_still_for_ever(scene: Scene) -> None:
    for days in (30, 0):
        scene.put({"ann": 100}, AT - days * A_DAY, period=BEFORE)
    assert scene.found() == []


def test_the_history_is_ten_amounts_of_exports_that_reconciled(scene: Scene) -> None:
    for days in range(12, 0, -1):
        scene.put({"ann": 100 + days}, AT - days * A_DAY)
    doubted = scene.put({"ann": 1}, AT - timedelta(hours=1))
    scene.put({"ann": 900})
    anomaly = scene.detect(doubted=[doubted]).anomalies[-1]
    assert anomaly.history[0] == Seen(AT - 9 * A_DAY, Decimal("109.00"))
    assert [each.amount for each in anomaly.history] == [*range(109, 100, -1), 900]


def test_of_each_level_twenty_are_named_and_all_are_counted(scene: Scene) -> None:
    scene.put({f"rep {number:02}": 100 for number in range(25)}, LAST_NIGHT)
    scene.put({f"rep {number:02}": 200 + number for number in range(25)})
    detection = scene.detect()
    assert (len(detection.anomalies), detection.found) == (21, 26)
    assert [each.who for each in detection.anomalies[1:3]] == ["rep 24", "rep 23"]


def test_a_table_without_jobs_currencies_and_some_amounts_is_looked_at_all_the_same(scene: Scene) -> None:
    scene.put({"ann": 100}, LAST_NIGHT)
    scene.put({"ann": 200})
    for column in ("job_id", "currency", "quota_amount", "adjustment_amount", "crm_total", "crm_closed"):
        scene.connection.execute(f"ALTER TABLE clari_forecasts DROP COLUMN {column}")
    assert scene.found() == [("total", "", "swing"), ("rep", "ann", "swing")]
