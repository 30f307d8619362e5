"""What the gate's questions answer, in each engine."""

from __future__ import annotations

from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import pytest

from clari_readiness.model.exports import ExportRequest
from clari_readiness.warehouse import (
    AMOUNT_COLUMNS,
    DuckDBWarehouse,
    JobState,
    LedgerEntry,
)
from clari_readiness.warehouse.statements import statement
from tests.warehouse.conftest import Ask, Load, Reader
from tests.warehouse.documents import ENDED, document, entry, snapshot

# Of the engines that the reference exporter loads into, those that name what is in its ledger otherwise.
of_its_ledger = pytest.mark.parametrize("warehouse_at", ["duckdb", "snowflake", "bigquery"], indirect=True)


def test_coverage_tells_each_period_and_only_of_the_forecasts_asked_for(load: Load, path: Path, asked: Ask) -> None:
    load(document(entry(), entry("2:A")))
    load(document(entry(period="2027_Q2")), snapshot("job-2", "2027_Q2", ENDED + timedelta(days=1)))
    assert asked(path, "period_coverage", forecasts=["net_bookings", "other"]) == [
        {"forecast_name": "net_bookings", "time_period": "2027_Q3", "rows": 2, "amounts": 2, "exported_at": ENDED},
        {
            "forecast_name": "net_bookings",
            "time_period": "2027_Q2",
            "rows": 1,
            "amounts": 1,
            "exported_at": ENDED + timedelta(days=1),
        },
    ]
    assert asked(path, "period_coverage", forecasts=["other"]) == []


def test_freshness_is_the_newest_export_in_utc(load: Load, path: Path, asked: Ask) -> None:
    load(document(entry()))
    load(document(entry()), snapshot("job-2", at=ENDED + timedelta(days=1)))
    (row,) = asked(path, "freshness", forecasts=["net_bookings"], time_period="2027_Q3")
    assert row["exported_at"] == ENDED + timedelta(days=1)
    assert asked(path, "freshness", forecasts=["net_bookings"], time_period="2027_Q1") == []


def test_amounts_are_counted_where_they_are_not_null(load: Load, path: Path, asked: Ask) -> None:
    load(document(entry(quotaValue=5), entry("2:A", forecastValue=None)))
    (row,) = asked(path, "amounts_present", forecasts=["net_bookings"])
    assert row == {
        "forecast_name": "net_bookings",
        "rows": 2,
        "forecast_amount": 1,
        "quota_amount": 1,
        "adjustment_amount": 0,
        "crm_total": 0,
        "crm_closed": 0,
    }


def test_no_key_is_twice_in_what_we_loaded(load: Load, path: Path, asked: Ask) -> None:
    load(document(entry("1:A"), entry("1:B"), entry("1:A", frame="TF:2026-08-12")))
    load(document(entry("1:A")), snapshot("job-2", at=ENDED + timedelta(days=1)))
    assert asked(path, "duplicate_keys", newest_only=False) == []


def test_of_many_doubled_keys_twenty_are_shown_and_all_are_counted(load: Load, path: Path, asked: Ask) -> None:
    load(document(*(entry(f"{number}:A") for number in range(30))))
    with duckdb.connect(path) as connection:
        connection.execute("INSERT INTO forecast_entries SELECT * FROM forecast_entries")
    rows = asked(path, "duplicate_keys", newest_only=False)
    assert len(rows) == 20
    assert {(row["copies"], row["offenders"], row["exported_at"]) for row in rows} == {(2, 30, ENDED)}


def copied(path: Path, replaced: str) -> None:
    """Add every row that is there once more, with something replaced."""
    with duckdb.connect(path) as connection:
        connection.execute(f"INSERT INTO forecast_entries SELECT * REPLACE ({replaced}) FROM forecast_entries")  # noqa: S608


def test_a_key_doubled_in_an_older_export_is_found_in_the_history_and_not_in_the_newest(
    load: Load, path: Path, asked: Ask
) -> None:
    load(document(entry("1:A"), entry("2:A")))
    copied(path, "job_id AS job_id")
    load(document(entry("1:A")), snapshot("job-2", at=ENDED + timedelta(days=1)))
    assert asked(path, "duplicate_keys", newest_only=True) == []
    rows = asked(path, "duplicate_keys", newest_only=False)
    assert {(row["user_id"], row["copies"], row["exported_at"]) for row in rows} == {
        ("1:A", 2, ENDED),
        ("2:A", 2, ENDED),
    }


def test_the_newest_export_is_that_of_each_forecast_and_period(load: Load, path: Path, asked: Ask) -> None:
    load(document(entry("1:A")))
    load(document(entry("1:A", period="2027_Q2")), snapshot("job-2", "2027_Q2", ENDED - timedelta(days=9)))
    copied(path, "'job-3' AS job_id")
    rows = asked(path, "duplicate_keys", newest_only=True)
    assert [(row["time_period"], row["copies"]) for row in rows] == [("2027_Q2", 2), ("2027_Q3", 2)]


def test_a_job_whose_rows_lie_at_two_moments_is_named_with_both(load: Load, path: Path, asked: Ask) -> None:
    load(document(entry("1:A"), entry("2:A")))
    load(document(entry("1:A")), snapshot("job-2", at=ENDED + timedelta(days=1)))
    assert asked(path, "reloaded_jobs") == []
    copied(path, "exported_at + INTERVAL 2 DAYS AS exported_at")
    later = timedelta(days=2)
    assert asked(path, "reloaded_jobs") == [
        {"job_id": "job-1", "first_exported_at": ENDED, "last_exported_at": ENDED + later, "offenders": 2},
        {
            "job_id": "job-2",
            "first_exported_at": ENDED + timedelta(days=1),
            "last_exported_at": ENDED + timedelta(days=1) + later,
            "offenders": 2,
        },
    ]


def test_every_period_of_the_table_is_told_also_of_forecasts_that_nobody_asked_for(
    load: Load, path: Path, asked: Ask
) -> None:
    load(document(entry(), entry("2:A")))
    load(document(entry()), snapshot("job-2", at=ENDED + timedelta(days=1)))
    copied(path, "'another' AS forecast_id, '1999' AS time_period_id")
    assert [tuple(row.values()) for row in asked(path, "kept_periods")] == [
        ("another", "1999", 3, ENDED, ENDED + timedelta(days=1)),
        ("net_bookings", "2027_Q3", 3, ENDED, ENDED + timedelta(days=1)),
    ]


@of_its_ledger
def test_of_the_ledger_only_what_was_loaded_counts(
    load: Load, warehouse: DuckDBWarehouse, path: Path, asked: Ask
) -> None:
    load(document(entry()))
    for number, (period, state) in enumerate(
        (("2027_Q3", "loaded"), ("2027_Q3", "loaded"), ("2027_Q2", "refused"), ("2027_Q1", "queued"))
    ):
        request = ExportRequest("net_bookings", period, ("forecast",))
        kept = Path("a.json") if number else None
        ended = ENDED - timedelta(days=number)
        warehouse.record(LedgerEntry(str(number), request, ENDED, JobState(state), finished_at=ended, path=kept))
    warehouse.close()
    assert asked(path, "loaded_periods") == [
        {
            "forecast_name": "net_bookings",
            "time_period": "2027_Q3",
            "exports": 2,
            "first_exported_at": ENDED - timedelta(days=1),
            "files": 1,
        }
    ]


@pytest.mark.parametrize("warehouse_at", ["duckdb", "postgres", "snowflake"], indirect=True)
def test_a_table_is_one_of_ours_when_it_has_the_columns_asked_for(load: Load, path: Path, asked: Ask) -> None:
    load(document(entry()))
    with duckdb.connect(path) as connection:
        connection.execute("CREATE SCHEMA other; CREATE TABLE other.audit_events (day DATE)")
    for table, columns, there in (
        ("export_jobs", ["state", "path"], True),
        ("export_jobs", ["state", "place"], False),
        ("audit_events", ["day"], False),
    ):
        assert asked(path, "has_table", table_name=table, columns=columns) == [{"there": there}]


@of_its_ledger
def test_audit_events_of_days_before_one_are_counted(load: Load, path: Path, asked: Ask) -> None:
    load(document(entry()))
    with duckdb.connect(path) as connection:
        connection.execute(statement("events_schema"))
        connection.execute(
            "INSERT INTO audit_events (day, document) SELECT DATE '2026-08-01' - CAST(n // 2 AS INTEGER), '{}' "
            "FROM range(6) AS numbers (n)"
        )
    assert asked(path, "audit_days_before", day=date(2026, 8, 1)) == [{"days": 2, "events": 4}]
    assert asked(path, "audit_days_before", day=date(2026, 7, 30)) == [{"days": 0, "events": 0}]


def quarter_like(period: str, weeks: list[str], *, more: float = 0) -> dict[str, Any]:
    return document(
        *(
            entry(user, frame=week, period=period, forecastValue=100 * number + more, quotaValue=7)
            for number, week in enumerate(weeks)
            for user in ("1:A", "2:A")
        )
    )


Q2 = ["TF:2026-04-29", "TF:2026-05-06", "TF:2026-05-13"]
Q3 = ["TF:2026-07-29", "TF:2026-08-05", "TF:2026-08-12"]


@pytest.mark.parametrize("weeks", [Q2, Q3])
def test_a_quarter_that_is_a_copy_of_another_is_found_whatever_its_weeks_are_called(
    load: Load, path: Path, weeks: list[str], asked: Ask
) -> None:
    load(quarter_like("2027_Q3", Q3))
    load(quarter_like("2027_Q2", weeks), snapshot("job-2", "2027_Q2"))
    load(quarter_like("2027_Q1", ["TF:2026-02-04"]), snapshot("job-3", "2027_Q1"))
    assert asked(path, "identical_periods", forecasts=["net_bookings"]) == [
        {"forecast_name": "net_bookings", "time_period": "2027_Q3", "same_as": "2027_Q2", "rows": 6}
    ]


def test_quarters_that_differ_by_a_cent_are_no_copies(load: Load, path: Path, asked: Ask) -> None:
    load(quarter_like("2027_Q3", Q3))
    load(quarter_like("2027_Q2", Q2, more=0.01), snapshot("job-2", "2027_Q2"))
    assert asked(path, "identical_periods", forecasts=["net_bookings"]) == []


def test_quarters_without_amounts_are_no_copies(load: Load, path: Path, asked: Ask) -> None:
    load(document(entry(forecastValue=0, quotaValue=None)))
    load(document(entry(period="2027_Q2", forecastValue=0, quotaValue=None)), snapshot("job-2", "2027_Q2"))
    assert asked(path, "identical_periods", forecasts=["net_bookings"]) == []


def test_only_the_newest_export_of_a_quarter_can_be_a_copy(load: Load, path: Path, asked: Ask) -> None:
    load(quarter_like("2027_Q3", Q3))
    load(quarter_like("2027_Q2", Q2), snapshot("job-2", "2027_Q2"))
    load(quarter_like("2027_Q2", Q2, more=1), snapshot("job-3", "2027_Q2", ENDED + timedelta(days=1)))
    assert asked(path, "identical_periods", forecasts=["net_bookings"]) == []


def test_quarters_may_share_the_week_between_them_and_no_more(load: Load, path: Path, asked: Ask) -> None:
    load(quarter_like("2027_Q3", Q3))
    load(quarter_like("2027_Q2", [*Q2, Q3[0]]), snapshot("job-2", "2027_Q2"))
    assert asked(path, "shared_weeks", forecasts=["net_bookings"]) == []
    load(quarter_like("2027_Q2", Q3[:2], more=1), snapshot("job-3", "2027_Q2", ENDED + timedelta(days=1)))
    assert asked(path, "shared_weeks", forecasts=["net_bookings"]) == [
        {"forecast_name": "net_bookings", "time_period": "2027_Q3", "same_as": "2027_Q2", "weeks": 2}
    ]


def test_every_statement_says_first_what_it_returns() -> None:
    folder = Path(str(files("clari_readiness.warehouse") / "sql"))
    names = [str(file.relative_to(folder).with_suffix("")) for file in folder.rglob("*.sql")]
    assert len(names) > 100
    for name in names:
        assert statement(name).startswith("-- Returns "), name


def test_the_amounts_of_the_model_are_the_amounts_of_the_tables(load: Load, path: Path, reader: Reader) -> None:
    load(document(entry()))
    with reader(path) as opened:
        assert opened.ask("amounts_present", forecasts=[]).columns[2:] == AMOUNT_COLUMNS
