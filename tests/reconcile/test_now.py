"""Now: the synchronous forecast against the newest export, with drift and vanished people told apart from errors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clari_readiness.model.reconciliation import Verdict
from clari_readiness.model.time import to_epoch_ms
from clari_readiness.warehouse import Tables
from tests.reconcile.place import NIGHT, Place
from tests.warehouse.documents import ENDED, document, entry

BEFORE, SINCE = to_epoch_ms(ENDED - timedelta(days=1)), to_epoch_ms(ENDED + timedelta(minutes=30))
ONE, TWO = entry("1:A", updatedOn=BEFORE), entry("2:A", updatedOn=BEFORE)


@pytest.fixture
def place(place: Place) -> Place:
    """One export of two rows, whose job's results have expired."""
    place.load(document(ONE, TWO))
    place.clari.results.clear()
    place.clari.now = document(ONE, TWO)
    return place


def changed(**values: Any) -> dict[str, Any]:
    return document({**ONE, **values}, TWO)


def test_expired_results_fall_back_to_now_and_say_so(place: Place) -> None:
    found = place.one()
    assert (found.kind, found.verdict) == ("now", Verdict.SAME)
    assert "job-1 cannot be had again" in found.reason
    assert place.clari.calls == ["download job-1", "now net_bookings 2027_Q3"]


def test_a_table_that_names_no_job_is_compared_with_now(place: Place) -> None:
    place.sql("CREATE TABLE theirs AS SELECT * EXCLUDE (job_id) FROM clari_forecasts")
    place.tables = Tables("theirs")
    found = place.one()
    assert (found.kind, found.verdict) == ("now", Verdict.SAME)
    assert "no column of the table names the job" in found.reason
    assert place.clari.calls == ["now net_bookings 2027_Q3"]


def test_what_was_changed_since_the_export_is_drift_and_no_error(place: Place) -> None:
    place.clari.now = changed(forecastValue=99, updatedOn=SINCE)
    found = place.one()
    assert (found.verdict, found.differing, found.drifted, found.offences) == (Verdict.SAME, 0, 1, ())
    assert (found.undated, found.drifts) == (0, ())


def test_what_was_changed_before_the_export_and_differs_is_an_error(place: Place) -> None:
    place.clari.now = changed(forecastValue=99)
    found = place.one()
    assert (found.verdict, found.differing, found.drifted) == (Verdict.DIFFERENT, 1, 0)
    assert [(each.kind, each.user_id) for each in found.offences] == [("differs", "1:A")]


def test_what_carries_no_time_of_change_is_drift(place: Place) -> None:
    place.types = ("forecast", "quota")
    place.sql("UPDATE forecast_entries SET quota_amount = 5")
    place.clari.now = document({**ONE, "quotaValue": 6}, {**TWO, "quotaValue": 5})
    found = place.one()
    assert (found.verdict, found.differing, found.drifted, found.undated) == (Verdict.SAME, 0, 1, 1)
    (drift,) = found.drifts
    assert str(drift) == f"differs now: {ONE['timeFrameId']} 1:A {ONE['fieldId']}, quota: 6.00 at Clari, 5.00 here"


def test_a_forecast_that_was_never_called_is_drift_that_nobody_can_date(place: Place) -> None:
    never = {key: value for key, value in ONE.items() if key != "updatedOn"}
    place.clari.now = document({**never, "forecastValue": 99}, TWO)
    found = place.one()
    assert (found.verdict, found.drifted, found.undated) == (Verdict.SAME, 1, 1)
    assert [(each.kind, each.user_id, each.type) for each in found.drifts] == [("differs now", "1:A", "forecast")]


def test_of_many_undated_amounts_the_twenty_largest_are_named_and_all_are_counted(place: Place) -> None:
    place.types = ("forecast", "quota")
    many = [entry(f"{number}:A", updatedOn=BEFORE, quotaValue=1000) for number in range(1, 31)]
    place.load(document(*many), at=ENDED + timedelta(minutes=1))
    place.clari.results.clear()
    place.clari.now = document(*({**each, "quotaValue": 1000 + number} for number, each in enumerate(many, 1)))
    found = place.one()
    assert (found.verdict, found.undated, len(found.drifts)) == (Verdict.SAME, 30, 20)
    assert [each.user_id for each in found.drifts] == [f"{number}:A" for number in range(30, 10, -1)]


def test_rows_of_weeks_that_clari_does_not_answer_are_counted_as_not_compared(place: Place) -> None:
    place.sql("INSERT INTO forecast_entries SELECT * REPLACE ('TF:earlier' AS time_frame_id) FROM forecast_entries")
    found = place.one()
    assert (found.verdict, found.expected_rows, found.found_rows, found.rows_beyond) == (Verdict.SAME, 2, 2, 2)


@pytest.mark.parametrize(("seconds", "verdict"), [(7199, Verdict.SAME), (7200.5, Verdict.DIFFERENT)])
def test_an_export_younger_than_exact_within_must_agree_to_the_cent(
    place: Place, seconds: float, verdict: Verdict
) -> None:
    assert 7199 < (NIGHT - ENDED).total_seconds() < 7200
    place.clari.now = changed(forecastValue=10.51, updatedOn=SINCE)
    assert place.one(exact_within=seconds).verdict is verdict


def test_a_lost_row_is_an_error_however_old_the_export_is(place: Place) -> None:
    place.sql("DELETE FROM forecast_entries WHERE user_id = '2:A'")
    found = place.one()
    assert (found.verdict, found.missing) == (Verdict.DIFFERENT, 1)
    assert [str(each) for each in found.offences] == ["missing: TF:2026-08-05 2:A fc_commit"]


def test_people_who_vanished_are_explained_and_not_counted(place: Place) -> None:
    place.clari.now = document(ONE)
    found = place.one()
    assert (found.verdict, found.missing, found.too_many) == (Verdict.SAME, 0, 0)
    assert (found.vanished.people, found.vanished.rows, found.vanished.user_ids) == (1, 1, ("2:A",))
    assert found.offences == ()


def test_a_row_too_many_of_somebody_whom_clari_still_lists_is_an_error(place: Place) -> None:
    both = document(ONE, TWO)
    place.clari.now = document(ONE, users=both["users"])
    found = place.one()
    assert (found.verdict, found.too_many, found.vanished.people) == (Verdict.DIFFERENT, 1, 0)
    assert [(each.kind, each.user_id) for each in found.offences] == [("too many", "2:A")]


def test_only_the_week_that_clari_answers_is_compared(place: Place) -> None:
    place.load(document(ONE, TWO, entry("1:A", "TF:2026-07-29")), "job-2", ENDED + timedelta(minutes=1))
    place.clari.results.clear()
    found = place.one()
    assert (found.verdict, found.expected_rows, found.found_rows) == (Verdict.SAME, 2, 2)


def test_an_export_from_before_the_week_that_clari_answers_says_nothing(place: Place) -> None:
    place.clari.now = document(entry("1:A", "TF:2026-09-01"), entry("2:A", "TF:2026-09-01"))
    (only,) = place.reconcile().unreconciled
    assert "the week that began on 2026-09-01" in only.reason


def test_a_week_that_the_export_should_hold_and_does_not_is_lost(place: Place) -> None:
    place.clari.now = document(entry("1:A", "TF:2026-08-26"), entry("2:A", "TF:2026-08-26"))
    assert place.one().missing == 2


def test_another_quarter_is_no_answer(place: Place) -> None:
    place.clari.now = document(entry("1:A", period="2027_Q4"))
    (only,) = place.reconcile().unreconciled
    assert "asked for 2027_Q3, Clari answered 2027_Q4" in only.reason


def test_an_empty_answer_is_no_answer(place: Place) -> None:
    place.clari.now = {"entries": []}
    (only,) = place.reconcile().unreconciled
    assert "no entry" in only.reason


def test_a_clari_without_the_synchronous_forecast_cannot_be_looked_at(place: Place) -> None:
    place.clari.now = None
    found = place.reconcile()
    assert found.verdict is Verdict.NOT_LOOKED
    assert "404" in found.unreconciled[0].reason


def test_a_period_that_the_warehouse_lost_whole_is_all_missing(place: Place) -> None:
    place.sql("DELETE FROM forecast_entries")
    found = place.one()
    assert (found.exported_at, found.missing, found.reason) == (None, 2, "the warehouse has no export of it")


def test_a_quarter_that_has_just_begun_is_not_missed_yet(place: Place) -> None:
    place.sql("DELETE FROM forecast_entries")
    place.at = datetime(2026, 8, 1, 8, tzinfo=UTC)
    (only,) = place.reconcile().unreconciled
    assert "2027_Q3 has just begun" in only.reason
    assert place.clari.calls == []


def test_a_newer_synchronous_answer_is_compared_beside_the_job(place: Place) -> None:
    place.load(document(ONE, TWO), "sync:net_bookings:2027_Q3:20260901T070000Z", ENDED + timedelta(hours=1))
    place.clari.results = {"job-1": document(ONE, TWO)}
    found = place.reconcile()
    assert [each.kind for each in found.reconciled] == ["exact", "now"]
    assert found.verdict is Verdict.SAME
    assert place.clari.calls == ["download job-1", "now net_bookings 2027_Q3"]
