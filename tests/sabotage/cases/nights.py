"""What is looked at every night: reconciliation and anomalies."""

from __future__ import annotations

from clari_readiness.model.findings import Result
from clari_readiness.simulator import Status
from clari_readiness.simulator.faults.matching import RESULTS
from tests.sabotage.cases.enlisting import sabotage
from tests.sabotage.integration import Integration

ONE_ROW = "WHERE rowid = (SELECT min(rowid) FROM analytics.forecasts WHERE time_period = '2027_Q2')"


@sabotage("MON-05", "clari")
def a_row_was_lost(integration: Integration) -> None:
    integration.sql(f"DELETE FROM analytics.forecasts {ONE_ROW}")  # noqa: S608 - ours


@sabotage("MON-05", "clari")
def a_row_too_many_was_made_up(integration: Integration) -> None:
    integration.sql(
        "INSERT INTO analytics.forecasts SELECT * REPLACE ('nobody:ROLE' AS user_id) "  # noqa: S608 - ours
        f"FROM analytics.forecasts {ONE_ROW}"
    )


@sabotage("MON-05", "clari")
def a_cent_was_lost_on_the_way(integration: Integration) -> None:
    integration.sql(
        "UPDATE analytics.forecasts SET forecast_amount = forecast_amount - 0.01 "
        "WHERE rowid = (SELECT min(rowid) FROM analytics.forecasts WHERE forecast_amount > 0)"
    )


@sabotage("MON-05", "clari")
def a_row_is_somebody_elses(integration: Integration) -> None:
    integration.sql(f"UPDATE analytics.forecasts SET user_id = 'other:ROLE' {ONE_ROW}")  # noqa: S608 - ours


@sabotage("MON-05", "clari")
def two_amounts_were_swapped_and_the_sum_is_right(integration: Integration) -> None:
    integration.sql(
        "UPDATE analytics.forecasts SET forecast_amount = forecast_amount + CASE rowid WHEN (SELECT min(rowid) "
        "FROM analytics.forecasts WHERE forecast_amount > 0) THEN 1 ELSE -1 END WHERE rowid IN "
        "(SELECT rowid FROM analytics.forecasts WHERE forecast_amount > 0 ORDER BY rowid LIMIT 2)"
    )


@sabotage("MON-05", "clari", also={("CLA-02", "warehouse")})
def the_newest_export_never_arrived(integration: Integration) -> None:
    integration.sql(
        "UPDATE analytics.forecasts SET job_id = 'the one before', exported_at = exported_at - INTERVAL 25 HOURS "
        "WHERE time_period = '2027_Q3'"
    )


@sabotage("MON-05", "clari", result=Result.NOT_VERIFIED)
def clari_refuses_the_results_of_the_jobs(integration: Integration) -> None:
    integration.faults = (Status(RESULTS, 400),)


@sabotage("MON-05", "warehouse", result=Result.NOT_VERIFIED, also={("MON-02", "settings"), ("MON-03", "warehouse")})
def nothing_was_reconciled_before(integration: Integration) -> None:
    (integration.directory / ".readiness" / "simulated" / "state.duckdb").unlink()


@sabotage("MON-05", "warehouse", result=Result.NOT_VERIFIED)
def one_quarter_was_never_reconciled(integration: Integration) -> None:
    integration.state("DELETE FROM reconciliations WHERE time_period_id = '2027_Q1'")


@sabotage("MON-05", "warehouse", result=Result.NOT_VERIFIED)
def the_last_reconciliations_could_not_look(integration: Integration) -> None:
    integration.state("UPDATE reconciliations SET verdict = 'could not look'")


@sabotage("MON-05", "warehouse")
def the_last_reconciliation_is_from_the_day_before_yesterday(integration: Integration) -> None:
    integration.state("UPDATE reconciliations SET reconciled_at = reconciled_at - INTERVAL 30 HOURS")


@sabotage("MON-03", "warehouse", result=Result.NOT_VERIFIED)
def no_anomaly_was_ever_looked_for(integration: Integration) -> None:
    integration.state("DROP TABLE detections")


@sabotage("MON-03", "warehouse")
def anomalies_were_looked_for_the_day_before_yesterday(integration: Integration) -> None:
    integration.state("UPDATE detections SET detected_at = detected_at - INTERVAL 30 HOURS")


@sabotage("MON-03", "warehouse")
def the_detection_ran_with_another_threshold(integration: Integration) -> None:
    integration.reword("fingerprint_salt =", "anomaly_threshold = 0.1\nfingerprint_salt =")
