"""Exact: the job's own results, downloaded again, against the rows that were loaded from them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from clari_readiness.errors import ServerFault, WarehouseError
from clari_readiness.model.exports import AMOUNTS
from clari_readiness.model.reconciliation import Amounts, Verdict
from clari_readiness.warehouse import Tables
from tests.reconcile.place import Place
from tests.warehouse.documents import ENDED, PERIOD, document, entry

LEDGER = """INSERT INTO export_jobs (
    request_id, job_id, forecast_id, time_period_id, types, include_historical, schedule, export_format, state,
    requested_at, finished_at
)"""
REST = "'net_bookings', '2027_Q3', ['forecast'], true, 'NONE', 'JSON', 'loaded', TIMESTAMP '2026-09-01'"
TWO = document(entry("1:A"), entry("2:A", forecastValue=20.25))


in_duckdb = pytest.mark.parametrize("place", ["duckdb"], indirect=True)


def test_what_was_loaded_as_it_came_differs_in_nothing(place: Place) -> None:
    place.load(TWO)
    found = place.one()
    assert (found.kind, found.verdict, found.job_id) == ("exact", Verdict.SAME, "job-1")
    assert (found.expected_rows, found.found_rows, found.missing, found.too_many) == (2, 2, 0, 0)
    assert found.amounts == (Amounts("forecast", Decimal("30.75"), Decimal("30.75")),)
    assert found.offences == ()
    assert place.clari.calls == ["download job-1"]


@in_duckdb
def test_the_teams_file_stays_as_it_is_to_the_byte_and_nothing_is_left_beside_it(place: Place) -> None:
    place.load(TWO)
    before = place.path.read_bytes(), sorted(each.name for each in place.directory.iterdir())
    place.path.chmod(0o400)
    place.one()
    assert (place.path.read_bytes(), sorted(each.name for each in place.directory.iterdir())) == before


def test_a_lost_row_is_named(place: Place) -> None:
    place.load(TWO)
    place.sql("DELETE FROM forecast_entries WHERE user_id = '2:A'")
    found = place.one()
    assert (found.verdict, found.missing, found.too_many, found.differing) == (Verdict.DIFFERENT, 1, 0, 0)
    assert [str(each) for each in found.offences] == ["missing: TF:2026-08-05 2:A fc_commit"]


def test_a_row_too_many_is_named_and_so_is_one_that_is_there_twice(place: Place) -> None:
    place.load(TWO)
    place.sql("INSERT INTO forecast_entries SELECT * REPLACE ('9:Z' AS user_id) FROM forecast_entries LIMIT 1")
    place.sql("INSERT INTO forecast_entries SELECT * FROM forecast_entries WHERE user_id = '1:A'")
    found = place.one()
    assert (found.missing, found.too_many, found.differing) == (0, 2, 0)
    assert {(each.kind, each.user_id) for each in found.offences} == {("too many", "9:Z"), ("twice", "1:A")}


def test_a_cent_is_seen_in_the_row_and_in_the_sum(place: Place) -> None:
    place.load(TWO)
    place.sql("UPDATE forecast_entries SET forecast_amount = forecast_amount + 0.01 WHERE user_id = '1:A'")
    found = place.one()
    assert (found.missing, found.too_many, found.differing, found.drifted) == (0, 0, 1, 0)
    (offence,) = found.offences
    assert (offence.user_id, offence.type, offence.expected, offence.found) == (
        "1:A",
        "forecast",
        Decimal("10.50"),
        Decimal("10.51"),
    )
    assert found.amounts[0].found - found.amounts[0].expected == Decimal("0.01")


def test_an_amount_that_became_nothing_differs(place: Place) -> None:
    place.load(TWO)
    place.sql("UPDATE forecast_entries SET forecast_amount = NULL WHERE user_id = '1:A'")
    assert [str(each) for each in place.one().offences] == [
        "differs: TF:2026-08-05 1:A fc_commit, forecast: 10.50 at Clari, nothing here"
    ]


@pytest.mark.parametrize("kind", AMOUNTS)
def test_of_every_type_an_amount_that_became_nothing_is_found_and_named(place: Place, kind: str) -> None:
    place.types = tuple(AMOUNTS)
    place.load(document({**entry("1:A"), **{key: 7.25 for key, _ in AMOUNTS.values()}}))
    place.sql(f"UPDATE forecast_entries SET {AMOUNTS[kind][1]} = NULL")  # noqa: S608 - ours
    found = place.one()
    assert [(each.kind, each.type, each.expected, each.found) for each in found.offences] == [
        ("differs", kind, Decimal("7.25"), None)
    ]
    assert {each.type: each.differing for each in found.amounts} == {each: int(each == kind) for each in AMOUNTS}


def test_the_same_key_in_another_currency_is_another_row(place: Place) -> None:
    dollars, euros = ({"currency": {"code": code, "symbol": "x"}} for code in ("USD", "EUR"))
    place.load(document(entry("1:A", **dollars), entry("1:A", **euros)))
    assert place.one().verdict is Verdict.SAME
    place.sql("UPDATE forecast_entries SET currency = 'GBP' WHERE currency = 'EUR'")
    found = place.one()
    assert {(each.kind, each.currency) for each in found.offences} == {("missing", "EUR"), ("too many", "GBP")}


def test_rows_of_another_job_that_ended_in_the_same_moment_are_not_looked_at(place: Place) -> None:
    place.load(TWO)
    place.sql(
        "INSERT INTO forecast_entries SELECT * REPLACE ('3:B' AS user_id, 'job-0' AS job_id) "
        "FROM forecast_entries LIMIT 1"
    )
    found = place.one()
    assert (found.job_id, found.found_rows, found.verdict) == ("job-1", 2, Verdict.SAME)


def test_a_wrong_key_is_one_missing_and_one_too_many(place: Place) -> None:
    place.load(TWO)
    place.sql("UPDATE forecast_entries SET time_frame_id = 'TF:2026-08-12' WHERE user_id = '1:A'")
    found = place.one()
    assert {(each.kind, each.time_frame_id) for each in found.offences} == {
        ("missing", "TF:2026-08-05"),
        ("too many", "TF:2026-08-12"),
    }


@in_duckdb
def test_a_load_that_only_the_ledger_knows_is_all_missing(place: Place) -> None:
    place.load(TWO)
    place.clari.results["job-2"] = TWO
    place.sql(f"{LEDGER} SELECT '1', 'job-2', {REST}, max(exported_at) + INTERVAL 1 HOUR FROM clari_forecasts")  # noqa: S608 - ours
    found = place.one()
    assert (found.job_id, found.expected_rows, found.found_rows, found.missing) == ("job-2", 2, 0, 2)
    assert place.one(has_ledger=False).job_id == "job-1"


def test_of_several_exports_the_newest_counts_or_the_newest_until_a_day(place: Place) -> None:
    place.load(TWO)
    place.load(document(entry("1:A", forecastValue=11)), "job-2", ENDED + timedelta(days=1))
    assert place.one().job_id == "job-2"
    assert place.one(as_of=ENDED.date()).job_id == "job-1"


def test_a_day_before_every_export_cannot_be_looked_at(place: Place) -> None:
    place.load(TWO)
    place.clari.now = TWO
    found = place.reconcile(as_of=date(2026, 8, 1))
    assert found.verdict is Verdict.NOT_LOOKED
    assert "no export" in found.unreconciled[0].reason
    assert place.clari.calls == []


@in_duckdb
def test_the_job_of_a_table_that_names_none_comes_from_the_ledger(place: Place) -> None:
    place.load(TWO)
    place.sql("CREATE TABLE theirs AS SELECT * EXCLUDE (job_id, currency) FROM clari_forecasts")
    place.sql(f"{LEDGER} SELECT '1', 'job-1', {REST}, max(exported_at) FROM theirs")  # noqa: S608 - ours
    place.tables = Tables("theirs")
    found = place.one()
    assert (found.kind, found.job_id, found.verdict) == ("exact", "job-1", Verdict.SAME)


def test_a_teams_own_names_and_types_of_columns_are_met(place: Place) -> None:
    place.load(TWO)
    place.sql(
        "CREATE TABLE theirs AS SELECT * EXCLUDE (quota_amount)"
        " REPLACE (CAST(forecast_amount AS DOUBLE) AS forecast_amount, exported_at::TIMESTAMPTZ AS exported_at)"
        " RENAME (user_id AS rep) FROM clari_forecasts"
    )
    place.tables, place.types = Tables("theirs", {"user_id": "rep"}), ("forecast", "quota")
    found = place.one()
    assert (found.verdict, found.not_compared) == (Verdict.SAME, ("quota",))


def test_a_column_that_is_not_there_is_named(place: Place) -> None:
    place.load(TWO)
    place.tables = Tables(columns={"user_id": "usr_id"})
    with pytest.raises(WarehouseError, match="no column usr_id"):
        place.reconcile()


def test_an_outage_is_told_and_does_not_stop_the_other_periods(place: Place) -> None:
    place.load(TWO)
    place.load(document(entry("1:A", period="2027_Q2")), "job-2", period="2027_Q2")
    place.clari.trouble = ServerFault("GET /export/jobs/job-1/results", status=503)
    found = place.reconcile(PERIOD, "2027_Q2")
    assert found.verdict is Verdict.NOT_LOOKED
    assert [each.time_period for each in found.unreconciled] == [PERIOD, "2027_Q2"]
    assert "HTTP 503" in found.unreconciled[0].reason


def test_a_difference_outweighs_what_could_not_be_looked_at(place: Place) -> None:
    place.load(TWO)
    place.sql("DELETE FROM forecast_entries WHERE user_id = '2:A'")
    found = place.reconcile(PERIOD, "2027_Q2")
    assert len(found.unreconciled) == 1
    assert found.verdict is Verdict.DIFFERENT


def test_managers_are_set_beside_the_sum_of_their_reports_as_information(place: Place) -> None:
    people = [("1:M", "top", None), ("2:A", "a", "top"), ("3:B", "b", "top")]
    users = [
        {"userId": id_, "name": id_, "email": f"{id_[0]}@example.com", "hierarchyId": own}
        | ({"parentHierarchyId": above} if above else {})
        for id_, own, above in people
    ]
    entries = [entry("1:M", forecastValue=30), entry("2:A", forecastValue=10), entry("3:B", forecastValue=21)]
    place.load(document(*entries, users=users))
    found = place.one()
    assert (found.roll_ups.managers, found.roll_ups.apart, found.verdict) == (1, 1, Verdict.SAME)
