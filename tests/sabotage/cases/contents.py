"""What the warehouse holds, against what was exported."""

from __future__ import annotations

import json

from clari_readiness.model.findings import Result
from clari_readiness.simulator import Match, Status
from tests.sabotage.cases.enlisting import MANAGED, NO_LEDGER, NO_WAREHOUSE, REHEARSED, sabotage
from tests.sabotage.cases.nights import nothing_was_reconciled_before
from tests.sabotage.integration import Integration


@sabotage("API-04", "clari", result=Result.NOT_VERIFIED)
def clari_has_no_synchronous_forecast_and_the_budget_is_one_export(integration: Integration) -> None:
    integration.organise(synchronous_forecast=False)
    integration.reword("fingerprint_salt =", "export_budget = 1\nfingerprint_salt =")


@sabotage("API-03", "settings")
def quotas_are_not_configured(integration: Integration) -> None:
    integration.reword('["forecast", "quota", "crm_closed"]', '["forecast", "crm_closed"]')


@sabotage("API-03", "warehouse", also={("MON-05", "clari")})
def the_quota_column_is_empty(integration: Integration) -> None:
    integration.sql("UPDATE analytics.forecasts SET quota_amount = NULL")


@sabotage("API-03", "warehouse", also=NO_WAREHOUSE - NO_LEDGER - {("MON-05", "warehouse")})
def the_table_is_empty(integration: Integration) -> None:
    integration.sql("DELETE FROM analytics.forecasts")


@sabotage(
    "API-03",
    "warehouse",
    result=Result.NOT_VERIFIED,
    also={("MON-03", "warehouse"), ("MON-05", "clari"), ("API-04", "warehouse"), ("RES-03", "warehouse")},
)
def the_mapped_column_does_not_exist(integration: Integration) -> None:
    integration.reword('owner_email = "rep_mail"', 'owner_email = "rep_mail", quota_amount = "quota_usd"')


@sabotage("API-04", "warehouse", also={("MON-05", "clari"), ("RES-06", "warehouse"), ("RES-03", "warehouse")})
def a_quarter_is_missing(integration: Integration) -> None:
    integration.sql("DELETE FROM analytics.forecasts WHERE time_period = '2027_Q2'")


@sabotage("API-04", "warehouse", also={("MON-05", "clari")})
def a_quarter_is_a_copy_of_another(integration: Integration) -> None:
    integration.sql("DELETE FROM analytics.forecasts WHERE time_period = '2027_Q2'")
    integration.sql(
        "INSERT INTO analytics.forecasts SELECT * REPLACE ('2027_Q2' AS time_period) "
        "FROM analytics.forecasts WHERE time_period = '2027_Q1'"
    )


@sabotage("API-04", "clari")
def clari_answers_another_quarter_than_asked(integration: Integration) -> None:
    integration.reword("[default]", "[default]\nhistory_quarters = 4")
    _answer_the_third(integration, "2027_Q4", "2026-11-01", "2027-01-31")


@sabotage("API-04", "clari")
def the_quarter_of_that_name_begins_a_month_later_at_clari(integration: Integration) -> None:
    _answer_the_third(integration, "2027_Q2", "2026-06-01", "2026-08-31")


def _answer_the_third(integration: Integration, period: str, first: str, last: str) -> None:
    """Have the third quarter that is asked for, 2027_Q2, answered as another one."""
    document = {
        "entries": [
            {
                "fieldId": "fc_commit",
                "timePeriodId": period,
                "timeFrameId": "TF:2026-11-18",
                "userId": "1:A",
                "forecastValue": 1,
            }
        ],
        "users": [{"userId": "1:A", "name": "A", "email": "a@example.com"}],
        "fields": [{"fieldId": "fc_commit", "fieldName": "Commit"}],
        "timePeriods": [{"timePeriodId": period, "type": "quarter", "startDate": first, "endDate": last}],
        "timeFrames": [{"timeFrameId": "TF:2026-11-18", "startDate": "2026-11-18", "endDate": "2026-11-24"}],
    }
    third = Match("GET", "/v4/forecast/net_bookings", frozenset({3}))
    integration.faults = (Status(third, 200, body=json.dumps(document).encode()),)


@sabotage("RES-05", "warehouse", also={("MON-05", "clari"), ("API-05", "warehouse")})
def every_row_of_a_day_was_loaded_twice(integration: Integration) -> None:
    integration.sql("INSERT INTO analytics.forecasts SELECT * FROM analytics.forecasts WHERE time_period = '2027_Q3'")


@sabotage("RES-05", "warehouse", also={("MON-05", "clari"), ("API-05", "warehouse")})
def one_row_is_there_twice_with_another_amount(integration: Integration) -> None:
    integration.sql(
        "INSERT INTO analytics.forecasts SELECT * REPLACE (forecast_amount + 0.01 AS forecast_amount) "
        "FROM analytics.forecasts LIMIT 1"
    )


@sabotage("CLA-12", "warehouse")
def the_newest_snapshot_is_of_the_day_before_yesterday(integration: Integration) -> None:
    integration.sql("UPDATE analytics.forecasts SET exported_at = exported_at - INTERVAL 27 HOURS")


@sabotage("CLA-12", "warehouse")
def the_newest_snapshot_is_from_the_future(integration: Integration) -> None:
    integration.sql("UPDATE analytics.forecasts SET exported_at = exported_at + INTERVAL 9 HOURS")


@sabotage("API-04", "warehouse", also={("MON-05", "clari")})
def a_quarter_is_a_copy_with_one_amount_changed(integration: Integration) -> None:
    a_quarter_is_a_copy_of_another(integration)
    integration.sql(
        "UPDATE analytics.forecasts SET forecast_amount = forecast_amount + 1 WHERE rowid = "
        "(SELECT min(rowid) FROM analytics.forecasts WHERE time_period = '2027_Q2' AND forecast_amount IS NOT NULL)"
    )


@sabotage("API-04", "warehouse", also={("MON-05", "clari")})
def a_quarter_has_rows_without_amounts(integration: Integration) -> None:
    integration.sql(
        "UPDATE analytics.forecasts SET forecast_amount = NULL, quota_amount = NULL, adjustment_amount = NULL, "
        "crm_total = NULL, crm_closed = NULL WHERE time_period = '2027_Q1'"
    )


@sabotage("RES-05", "warehouse", also={("API-05", "warehouse")})
def the_grain_is_a_number_of_the_row(integration: Integration) -> None:
    integration.reword("warehouse.url", 'warehouse.grain = ["job_id"]\nwarehouse.url')


@sabotage("RES-05", "warehouse")
def an_export_before_the_newest_holds_a_row_twice(integration: Integration) -> None:
    integration.sql(
        "INSERT INTO analytics.forecasts "
        "SELECT * REPLACE (exported_at - INTERVAL 1 DAY AS exported_at, 'before-' || job_id AS job_id) "
        "FROM analytics.forecasts"
    )
    integration.sql(
        "INSERT INTO analytics.forecasts SELECT * FROM analytics.forecasts WHERE job_id LIKE 'before-%' LIMIT 1"
    )


@sabotage("RES-05", "warehouse")
def a_job_was_loaded_again_under_the_time_of_the_load(integration: Integration) -> None:
    integration.sql(
        "INSERT INTO analytics.forecasts SELECT * REPLACE (exported_at + INTERVAL 1 HOUR AS exported_at) "
        "FROM analytics.forecasts WHERE time_period = '2027_Q3'"
    )


@sabotage("API-05", "warehouse", also={("RES-05", "warehouse"), ("CLA-02", "warehouse")})
def a_re_export_was_added_to_what_was_there(integration: Integration) -> None:
    integration.sql(
        "INSERT INTO analytics.forecasts "
        "SELECT * REPLACE (forecast_amount + 1 AS forecast_amount, 'again-' || job_id AS job_id) "
        "FROM analytics.forecasts WHERE time_period = '2027_Q4'"
    )


@sabotage("API-05", "warehouse", also={("RES-05", "warehouse")})
def the_grain_forgets_that_a_week_can_be_in_two_quarters(integration: Integration) -> None:
    grain = '["forecast_name", "time_frame_id", "user_id", "field_id", "currency"]'
    integration.reword("warehouse.url", f"warehouse.grain = {grain}\nwarehouse.url")


@sabotage("RES-03", "warehouse", also={("API-04", "warehouse"), ("RES-06", "warehouse"), ("MON-05", "clari")})
def an_empty_export_replaced_a_quarter_and_no_history_is_kept(integration: Integration) -> None:
    integration.reword(REHEARSED, MANAGED)
    integration.sql("DROP TABLE export_jobs")
    integration.sql("DELETE FROM analytics.forecasts WHERE time_period = '2027_Q1'")


def _export_again(integration: Integration, amounts: str, which: str) -> None:
    """Put an export of yesterday before that of Q3; today's holds `amounts`, in the rows for which `which` holds."""
    of_q3 = "analytics.forecasts WHERE time_period = '2027_Q3'"
    integration.sql(
        f"CREATE TABLE today AS SELECT * REPLACE ({amounts}) FROM {of_q3} AND {which}; "  # noqa: S608 - ours
        "UPDATE analytics.forecasts SET exported_at = exported_at - INTERVAL 1 DAY, job_id = 'before-' || job_id "
        "WHERE time_period = '2027_Q3'; INSERT INTO analytics.forecasts FROM today; DROP TABLE today"
    )


@sabotage("RES-03", "warehouse", also={("MON-05", "clari")})
def the_newest_export_of_a_quarter_holds_no_amount(integration: Integration) -> None:
    columns = ("forecast_amount", "quota_amount", "adjustment_amount", "crm_total", "crm_closed")
    _export_again(integration, ", ".join(f"NULL AS {column}" for column in columns), "true")


@sabotage("RES-03", "warehouse", also={("MON-05", "clari")})
def most_people_are_gone_from_the_newest_export(integration: Integration) -> None:
    few = "user_id IN (SELECT user_id FROM analytics.forecasts GROUP BY ALL ORDER BY ALL LIMIT 3)"
    _export_again(integration, "job_id AS job_id", few)


@sabotage(
    "RES-03",
    "warehouse",
    result=Result.NOT_VERIFIED,
    also={("MON-02", "settings"), ("MON-03", "warehouse"), ("MON-05", "warehouse")},
)
def nothing_says_what_the_periods_held_before(integration: Integration) -> None:
    integration.reword(REHEARSED, MANAGED)
    integration.sql("DROP TABLE export_jobs")
    nothing_was_reconciled_before(integration)
