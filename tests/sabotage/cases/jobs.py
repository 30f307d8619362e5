"""Jobs: what they cost, what became of them, and what is measured of them."""

from __future__ import annotations

import json

from clari_readiness.model.findings import Result
from clari_readiness.secrets import fixture_key
from clari_readiness.simulator import Match, Status
from tests.sabotage.cases.enlisting import MANAGED, NO_LEDGER, REHEARSED, sabotage
from tests.sabotage.integration import Integration


@sabotage("CLA-01", "clari", also={("AUTH-05", "clari"), ("CLA-06", "clari")})
def the_list_of_jobs_has_another_shape(integration: Integration) -> None:
    body = json.dumps([{"jobId": 5, "status": "RUNNING"}]).encode()
    integration.faults = (Status(Match("GET", "/v4/export/jobs"), 200, body=body),)


def _ledger(integration: Integration, change: str) -> None:
    """Change what the ledger says of the export of Q3."""
    integration.sql(f"UPDATE export_jobs SET {change} WHERE time_period_id = '2027_Q3'")  # noqa: S608 - ours


@sabotage("CLA-02", "warehouse")
def a_job_with_truncated_rows_was_loaded(integration: Integration) -> None:
    _ledger(integration, "rows_truncated = true")


@sabotage("CLA-02", "warehouse")
def a_job_that_was_refused_as_truncated_was_loaded_by_hand(integration: Integration) -> None:
    _ledger(integration, "cells_truncated = true, state = 'refused'")


@sabotage("CLA-02", "warehouse", also={("MON-05", "clari")})
def a_connector_loaded_a_job_with_truncated_rows(integration: Integration) -> None:
    integration.reword(REHEARSED, MANAGED)
    integration.organise(truncated_jobs=frozenset({1}))


@sabotage("CLA-02", "warehouse", result=Result.NOT_VERIFIED)
def a_job_was_truncated_and_no_column_says_which_was_loaded(integration: Integration) -> None:
    integration.reword(REHEARSED, MANAGED)
    integration.organise(truncated_jobs=frozenset({1}))
    integration.sql("ALTER TABLE analytics.forecasts DROP job_id")


@sabotage("CLA-02", "warehouse", result=Result.NOT_VERIFIED, also={("AUTH-05", "clari")} | NO_LEDGER)
def the_connector_exports_with_another_token_than_the_gates(integration: Integration) -> None:
    integration.reword(REHEARSED, MANAGED)
    integration.keys = {fixture_key("simulated"): 4712, "the-connectors-own-key": 4711}


@sabotage("CLA-06", "clari")
def the_quota_is_too_small_for_the_schedule(integration: Integration) -> None:
    integration.organise(monthly_quota=54)


@sabotage("CLA-06", "clari")
def others_take_what_the_schedule_needs(integration: Integration) -> None:
    limits = {"concurrentLimit": 3, "availableConcurrentLimit": 3, "monthlyQuota": 100, "availableMonthlyQuota": 45}
    body = json.dumps({"jobs": {**limits, "submittedJobIds": []}}).encode()
    integration.faults = (Status(Match("GET", "/v4/admin/limits"), 200, body=body),)


@sabotage("CLA-06", "clari")
def no_job_may_run_at_all(integration: Integration) -> None:
    integration.organise(concurrent_limit=0)


@sabotage("CLA-06", "clari", also={("CLA-12", "warehouse")})
def an_hourly_schedule_costs_more_than_there_is(integration: Integration) -> None:
    integration.organise(monthly_quota=700)
    integration.reword("[env.simulated]", '[env.simulated]\nschedule.current_quarter = "hourly"')


@sabotage("MON-01", "warehouse")
def a_phase_of_one_job_was_never_measured(integration: Integration) -> None:
    integration.sql("UPDATE export_jobs SET load_seconds = NULL WHERE time_period_id = '2027_Q3'")


@sabotage("MON-01", "warehouse")
def the_wait_is_always_noted_as_a_second(integration: Integration) -> None:
    integration.sql(
        "UPDATE export_jobs SET queue_seconds = 1, wait_seconds = 1, started_at = finished_at - INTERVAL 60 SECONDS"
    )


@sabotage("MON-01", "warehouse")
def milliseconds_are_taken_for_seconds(integration: Integration) -> None:
    integration.sql("UPDATE export_jobs SET download_seconds = 1000 * (1 + download_seconds)")


DASHBOARD = 'dashboard = { file = "dashboard.json" }'


@sabotage("MON-04", "settings")
def no_dashboard_is_named(integration: Integration) -> None:
    integration.reword(DASHBOARD, "")


@sabotage("MON-04", "settings")
def the_dashboard_has_the_completion_rate_in_a_title_only(integration: Integration) -> None:
    target = {"expr": 'clari_run_success{env="prod"}', "refId": "A"}
    panel = {"type": "stat", "title": "clari_export_completion_ratio", "targets": [target]}
    (integration.directory / "dashboard.json").write_text(json.dumps({"panels": [panel]}))


@sabotage("MON-04", "settings")
def nobody_answers_at_the_dashboards_address(integration: Integration) -> None:
    integration.reword(DASHBOARD, 'dashboard = { file = "dashboard.json", url = "http://127.0.0.1:1/d/clari?orgId=1" }')


@sabotage("MON-04", "warehouse")
def a_job_was_forgotten_before_it_ended(integration: Integration) -> None:
    integration.sql(
        "INSERT INTO export_jobs SELECT * REPLACE ('0000' AS request_id, 'forgotten' AS job_id, 'queued' AS state, "
        "requested_at - INTERVAL 2 DAYS AS requested_at) FROM export_jobs LIMIT 1"
    )


@sabotage("MON-04", "warehouse")
def a_job_that_failed_counts_as_completed(integration: Integration) -> None:
    integration.sql("UPDATE export_jobs SET status = 'FAILED' WHERE time_period_id = '2027_Q3'")


@sabotage("MON-04", "warehouse")
def no_job_was_completed(integration: Integration) -> None:
    integration.sql("UPDATE export_jobs SET state = 'refused'")
