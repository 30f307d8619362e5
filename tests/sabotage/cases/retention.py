"""What has to go, and what has to stay."""

from __future__ import annotations

import shutil

from clari_readiness.model.findings import Result
from clari_readiness.warehouse.statements import statement
from tests.sabotage.cases.enlisting import MANAGED, NO_LEDGER, REHEARSED, sabotage
from tests.sabotage.integration import Integration


def _add_quarter(integration: Integration, period: str, forecast: str = "net_bookings") -> None:
    """Add a quarter that is like no other, in weeks of its own."""
    own = (
        f"'{period}' AS time_period, '{forecast}' AS forecast_name, '{period} ' || time_frame_id AS time_frame_id, "
        f"coalesce(forecast_amount, 0) + 1 AS forecast_amount, 'job of {period}' AS job_id"
    )
    like = "FROM analytics.forecasts WHERE time_period = '2027_Q1'"
    integration.sql(f"INSERT INTO analytics.forecasts SELECT * REPLACE ({own}) {like}")


def _leave_file(integration: Integration, name: str) -> None:
    file = integration.directory / ".readiness" / "simulated" / "landing" / name
    file.parent.mkdir(parents=True)
    file.write_text("{}")


@sabotage("RES-06", "warehouse")
def a_quarter_before_the_window_is_still_there(integration: Integration) -> None:
    _add_quarter(integration, "2025_Q4")


@sabotage("RES-06", "warehouse")
def a_forecast_that_nobody_exports_any_more_was_forgotten(integration: Integration) -> None:
    _add_quarter(integration, "2024_Q2", "renewals")


@sabotage("RES-06", "warehouse")
def a_landed_file_of_a_past_quarter_is_still_there(integration: Integration) -> None:
    _leave_file(integration, "net_bookings/2025_Q4/6b0160975a49f475f59bcf03.json")


@sabotage("RES-06", "warehouse")
def the_list_of_what_was_wrong_with_a_past_quarter_is_still_in_quarantine(integration: Integration) -> None:
    _leave_file(integration, "quarantine/net_bookings/2025_Q4/6b0160975a49f475f59bcf03.violations.json")


@sabotage("RES-06", "warehouse")
def audit_events_from_before_the_window_are_still_there(integration: Integration) -> None:
    integration.sql(statement("events_schema"))
    integration.sql(
        "INSERT INTO audit_events (day, document) VALUES (DATE '2025-01-31', '{}'), (DATE '2025-02-01', '{}')"
    )


@sabotage("RES-06", "warehouse", also={("RES-03", "warehouse")})
def a_quarter_inside_the_window_was_deleted(integration: Integration) -> None:
    integration.sql(
        "INSERT INTO export_jobs SELECT * REPLACE ('0000' AS request_id, '2026_Q1' AS time_period_id) "
        "FROM export_jobs LIMIT 1"
    )


@sabotage("RES-06", "warehouse", also={("RES-03", "warehouse")})
def a_later_quarter_was_deleted(integration: Integration) -> None:
    integration.sql(
        "INSERT INTO export_jobs SELECT * REPLACE ('0000' AS request_id, '2028_Q1' AS time_period_id) "
        "FROM export_jobs LIMIT 1"
    )


@sabotage("RES-06", "warehouse", also={("MON-01", "warehouse")})
def the_older_exports_of_a_quarter_were_deleted(integration: Integration) -> None:
    integration.sql(
        "INSERT INTO export_jobs "
        "SELECT * REPLACE ('0000' AS request_id, finished_at - INTERVAL 30 HOURS AS finished_at) "
        "FROM export_jobs WHERE time_period_id = '2027_Q3'"
    )


@sabotage("RES-06", "warehouse")
def a_quarter_between_others_is_missing_and_no_ledger_says_why(integration: Integration) -> None:
    integration.reword(REHEARSED, MANAGED)
    integration.sql("DROP TABLE export_jobs")
    _add_quarter(integration, "2026_Q2")


@sabotage("RES-06", "warehouse", result=Result.NOT_VERIFIED)
def a_period_is_not_named_like_a_quarter(integration: Integration) -> None:
    _add_quarter(integration, "FY2019")


@sabotage("RES-06", "warehouse", result=Result.NOT_VERIFIED, also=NO_LEDGER)
def the_reference_exporters_ledger_is_gone(integration: Integration) -> None:
    integration.reword("[default]", '[default]\nexporter = "reference"')
    integration.sql("DROP TABLE export_jobs")


@sabotage("RES-06", "warehouse", result=Result.NOT_VERIFIED)
def the_landed_files_are_on_another_machine(integration: Integration) -> None:
    shutil.rmtree(integration.directory / ".readiness" / "simulated" / "landing")
