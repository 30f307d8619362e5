"""Ways to break an integration, at least one for each item and each source of evidence that has a check."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace

import duckdb

from clari_readiness.model.findings import Result, Source
from clari_readiness.secrets import fixture_key
from clari_readiness.simulator import Match, Status
from clari_readiness.simulator.faults.matching import RESULTS
from clari_readiness.warehouse.statements import statement
from tests.sabotage.integration import Integration, fingerprint_of

Pair = tuple[str, Source]

CLARI: frozenset[Pair] = frozenset(
    {("CONN-01", "clari"), ("CONN-03", "clari"), ("AUTH-02", "clari"), ("API-04", "clari"), ("CLA-01", "clari")}
) | {("MON-05", "clari"), ("AUTH-05", "clari"), ("CLA-06", "clari")}
"""What needs Clari: not verified, or worse, once the connection or the key is broken."""


@dataclass(frozen=True)
class Sabotage:
    """One broken integration: its pair must become `result`, those of `also` may change, and no other may."""

    item: str
    source: Source
    name: str
    wreck: Callable[[Integration], None]
    result: Result = Result.FAIL
    also: frozenset[Pair] = frozenset()

    @property
    def pair(self) -> Pair:
        return self.item, self.source

    def __str__(self) -> str:
        return f"{self.item}-{self.source}-{self.name}"


CASES: list[Sabotage] = []


def sabotage(
    item: str, source: Source, *, result: Result = Result.FAIL, also: frozenset[Pair] | set[Pair] = frozenset()
) -> Callable[[Callable[[Integration], None]], Callable[[Integration], None]]:
    """Enlist a function that breaks an integration in the way the item is about; its name says how."""

    def enlist(wreck: Callable[[Integration], None]) -> Callable[[Integration], None]:
        CASES.append(Sabotage(item, source, wreck.__name__, wreck, result, frozenset(also)))
        return wreck

    return enlist


@sabotage("CONN-01", "clari", also=CLARI)
def the_token_was_revoked(integration: Integration) -> None:
    integration.keys = {"another-key-than-the-configured-one": 4711}


@sabotage("CONN-01", "clari", also=CLARI)
def the_gateway_answers_with_a_page(integration: Integration) -> None:
    page = b"<html><h1>Sign in</h1></html>"
    integration.faults = (Status(Match(path="/v4/.*"), 200, body=page, content_type="text/html"),)


@sabotage("CONN-01", "clari", also=CLARI)
def the_gateway_redirects_to_a_login(integration: Integration) -> None:
    integration.faults = (Status(Match(path="/v4/.*"), 302, headers={"Location": "https://login.example.com/"}),)


@sabotage("CONN-01", "clari", also=CLARI)
def the_route_is_unknown(integration: Integration) -> None:
    integration.faults = (Status(Match(path="/v4/.*"), 404),)


NO_KEY: frozenset[Pair] = CLARI | {("AUTH-01", "settings"), ("AUTH-04", "settings")}

NO_WAREHOUSE: frozenset[Pair] = frozenset(
    {
        ("API-03", "warehouse"),
        ("API-04", "warehouse"),
        ("API-05", "warehouse"),
        ("RES-05", "warehouse"),
        ("RES-03", "warehouse"),
        ("RES-06", "warehouse"),
        ("CLA-02", "warehouse"),
        ("CLA-12", "warehouse"),
        ("MON-01", "warehouse"),
        ("MON-04", "warehouse"),
        ("MON-03", "warehouse"),
        ("MON-05", "clari"),
        ("MON-05", "warehouse"),
    }
)
NOT_IN_PROD: frozenset[Pair] = NO_WAREHOUSE | {("MON-02", "settings")}
"""What nobody can look at in `prod`, whose warehouse was never filled, and which tells nobody."""


@sabotage("CONN-02", "settings", also=NO_KEY | NOT_IN_PROD)
def the_key_reference_names_an_unset_variable(integration: Integration) -> None:
    integration.environment = "prod"
    del integration.variables["CLARI_API_KEY_PROD"]


@sabotage("CONN-02", "settings", also=NO_KEY | NOT_IN_PROD)
def the_key_variable_is_empty(integration: Integration) -> None:
    integration.environment = "prod"
    integration.variables["CLARI_API_KEY_PROD"] = "  "


@sabotage("CONN-02", "settings", also=NO_KEY)
def the_key_file_is_gone(integration: Integration) -> None:
    integration.reword('"fixture://simulated"', '"file://secrets/clari"')


@sabotage(
    "CONN-03",
    "clari",
    also={
        ("AUTH-02", "clari"),
        ("API-04", "clari"),
        ("CLA-01", "clari"),
        ("MON-03", "warehouse"),
        ("MON-05", "warehouse"),
    },
)
def the_forecast_is_unknown_to_clari(integration: Integration) -> None:
    integration.reword('forecasts = ["net_bookings"]', 'forecasts = ["net_bookings", "renewals"]')
    integration.sql(
        "INSERT INTO analytics.forecasts SELECT * REPLACE ('renewals' AS forecast_name) FROM analytics.forecasts"
    )


@sabotage("CONN-03", "clari", also={("MON-05", "clari")})
def what_closed_comes_under_another_name(integration: Integration) -> None:
    integration.reword("fingerprint_salt =", 'value_names = { crm_closed = "closedWon" }\nfingerprint_salt =')


@sabotage(
    "CONN-03",
    "clari",
    result=Result.NOT_VERIFIED,
    also={("AUTH-02", "clari"), ("API-04", "clari"), ("CLA-01", "clari")},
)
def clari_has_no_synchronous_forecast_and_the_gate_may_not_export(integration: Integration) -> None:
    integration.organise(synchronous_forecast=False)
    integration.reword("fingerprint_salt =", "export_budget = 0\nfingerprint_salt =")


@sabotage("API-04", "clari", result=Result.NOT_VERIFIED)
def clari_has_no_synchronous_forecast_and_the_budget_is_one_export(integration: Integration) -> None:
    integration.organise(synchronous_forecast=False)
    integration.reword("fingerprint_salt =", "export_budget = 1\nfingerprint_salt =")


@sabotage("CONN-03", "clari", also={("AUTH-02", "clari"), ("API-04", "clari"), ("CLA-01", "clari")})
def clari_has_no_synchronous_forecast_and_exports_without_what_the_crm_says(integration: Integration) -> None:
    integration.organise(synchronous_forecast=False, export_refuses_crm=True)


COMMITTER = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")


@sabotage("AUTH-01", "settings")
def the_key_is_in_a_file(integration: Integration) -> None:
    (integration.directory / "clari.key").write_text(fixture_key("simulated"))
    integration.reword('"fixture://simulated"', '"file://clari.key"')


@sabotage("AUTH-01", "settings")
def git_tracks_the_key(integration: Integration) -> None:
    (integration.directory / "pipeline.yaml").write_text(f"apikey: {fixture_key('simulated')}\n")
    subprocess.run(["git", "init", "-q", "."], cwd=integration.directory, check=True)
    subprocess.run(["git", "add", "pipeline.yaml"], cwd=integration.directory, check=True)


@sabotage("AUTH-01", "settings")
def the_key_was_committed_and_taken_out_again(integration: Integration) -> None:
    leak = integration.directory / "pipeline.yaml"
    leak.write_text(f"apikey: {fixture_key('simulated')}\n")
    for words in (("init", "-q"), ("add", "pipeline.yaml"), ("commit", "-q", "-m", "leak"), ("rm", "-q", leak.name)):
        subprocess.run(["git", *COMMITTER, *words], cwd=integration.directory, check=True)
    subprocess.run(["git", *COMMITTER, "commit", "-q", "-m", "clean"], cwd=integration.directory, check=True)


@sabotage("AUTH-01", "settings")
def the_key_is_in_a_dotenv_file(integration: Integration) -> None:
    (integration.directory / ".env.local").write_text(f"CLARI_API_KEY={fixture_key('simulated')}\n")


@sabotage("AUTH-01", "settings")
def nothing_says_what_injects_the_variable(integration: Integration) -> None:
    integration.reword('"fixture://simulated"', '"env://CLARI_API_KEY_SIMULATED"')
    integration.variables["CLARI_API_KEY_SIMULATED"] = fixture_key("simulated")


@sabotage(
    "AUTH-02",
    "clari",
    also={
        ("MON-05", "clari"),
        ("CONN-03", "clari"),
        ("API-04", "clari"),
        ("CLA-01", "clari"),
        ("AUTH-05", "clari"),
    },
)
def the_tokens_user_may_not_see_the_forecast(integration: Integration) -> None:
    integration.keys = {fixture_key("simulated"): 4713, "the-exporters-own-key": 4711}


@sabotage("AUTH-04", "settings")
def two_environments_share_a_token(integration: Integration) -> None:
    shared = fingerprint_of(fixture_key("simulated"))
    integration.reword(fingerprint_of(fixture_key("recorded")), shared)


@sabotage("AUTH-04", "settings")
def the_token_is_not_the_one_whose_fingerprint_is_stored(integration: Integration) -> None:
    integration.reword(fingerprint_of(fixture_key("simulated")), "0" * 64)


@sabotage("AUTH-04", "settings", result=Result.NOT_VERIFIED)
def no_fingerprint_is_stored(integration: Integration) -> None:
    integration.reword(f'key_fingerprint = "{fingerprint_of(fixture_key("simulated"))}"', "")


@sabotage("AUTH-04", "settings", result=Result.NOT_VERIFIED)
def another_environment_has_no_fingerprint(integration: Integration) -> None:
    integration.reword(f'key_fingerprint = "{fingerprint_of(fixture_key("recorded"))}"', "")


@sabotage("AUTH-04", "settings", result=Result.NOT_VERIFIED)
def no_other_environment_is_filled_in(integration: Integration) -> None:
    integration.reword("[env.recorded]", "[env.recorded]\nfilled_in = false")


def _prod_address(integration: Integration, api: str) -> None:
    """Judge `prod` with another address and without its key: what needs Clari is not verified then."""
    integration.environment = "prod"
    integration.simulator_runs = False
    del integration.variables["CLARI_API_KEY_PROD"]
    key = 'api.key = "env://CLARI_API_KEY_PROD?injected_by=vault"'
    integration.reword(f'{key}\napi.base_url = "https://api.clari.com/v4"', f"{key}\n{api}")


WITHOUT_CLARI: frozenset[Pair] = NO_KEY | NOT_IN_PROD | {("CONN-02", "settings")}


@sabotage("API-01", "settings", also=WITHOUT_CLARI)
def the_address_is_not_encrypted(integration: Integration) -> None:
    _prod_address(integration, 'api.base_url = "http://api.clari.com/v4"')


@sabotage("API-01", "settings", also=WITHOUT_CLARI)
def the_address_is_a_sandbox(integration: Integration) -> None:
    _prod_address(integration, 'api.base_url = "https://api-sandbox.clari.com/v4"')


@sabotage("API-01", "settings", also=WITHOUT_CLARI)
def the_address_goes_on_after_the_version(integration: Integration) -> None:
    _prod_address(integration, 'api.base_url = "https://api.clari.com/v4/export"')


@sabotage("API-01", "settings", also=WITHOUT_CLARI)
def the_address_is_of_another_profile(integration: Integration) -> None:
    _prod_address(integration, 'api.profile = "v1"\napi.base_url = "https://api.clari.com/v4"')


@sabotage("API-01", "settings", also=WITHOUT_CLARI)
def the_gateway_is_not_encrypted(integration: Integration) -> None:
    _prod_address(integration, 'api.base_url = "https://api.clari.com/v4"\napi.gateway = "http://clari.example.com/v4"')


@sabotage("API-01", "settings")
def two_environments_share_a_warehouse(integration: Integration) -> None:
    integration.reword("[env.staging]\n", '[env.staging]\nwarehouse = { url = "duckdb:///team.duckdb" }\n')


@sabotage("API-03", "settings")
def quotas_are_not_configured(integration: Integration) -> None:
    integration.reword('["forecast", "quota", "crm_closed"]', '["forecast", "crm_closed"]')


@sabotage("API-03", "warehouse", also={("MON-05", "clari")})
def the_quota_column_is_empty(integration: Integration) -> None:
    integration.sql("UPDATE analytics.forecasts SET quota_amount = NULL")


NO_LEDGER: frozenset[Pair] = frozenset({("MON-01", "warehouse"), ("MON-04", "warehouse")})
"""What nobody can look at when the reference exporter's ledger is gone."""


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
    document = {
        "entries": [
            {
                "fieldId": "fc_commit",
                "timePeriodId": "2027_Q4",
                "timeFrameId": "TF:2026-11-18",
                "userId": "1:A",
                "forecastValue": 1,
            }
        ],
        "users": [{"userId": "1:A", "name": "A", "email": "a@example.com"}],
        "fields": [{"fieldId": "fc_commit", "fieldName": "Commit"}],
        "timePeriods": [
            {"timePeriodId": "2027_Q4", "type": "quarter", "startDate": "2026-11-01", "endDate": "2027-01-31"}
        ],
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


@sabotage("CLA-01", "clari", also={("AUTH-05", "clari"), ("CLA-06", "clari")})
def the_list_of_jobs_has_another_shape(integration: Integration) -> None:
    body = json.dumps([{"jobId": 5, "status": "RUNNING"}]).encode()
    integration.faults = (Status(Match("GET", "/v4/export/jobs"), 200, body=body),)


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


@sabotage("AUTH-01", "settings")
def git_tracks_the_key_beside_the_directory_of_the_settings(integration: Integration) -> None:
    (integration.directory.parent / "pipeline.py").write_text(f"KEY = '{fixture_key('simulated')}'\n")
    subprocess.run(["git", "init", "-q", "."], cwd=integration.directory.parent, check=True)
    subprocess.run(["git", "add", "pipeline.py"], cwd=integration.directory.parent, check=True)


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


REHEARSED = 'api = { key = "fixture://simulated" }\nexporter = "reference"'
MANAGED = 'api = { key = "fixture://simulated" }\nexporter = { managed = "fivetran" }'
"""What `simulated` says of its exporter, and what it says where a connector fills the warehouse."""


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


def _state(integration: Integration, statement: str) -> None:
    """Change the suite's own records."""
    with duckdb.connect(str(integration.directory / ".readiness" / "simulated" / "state.duckdb")) as connection:
        connection.execute(statement)


ONE_ROW = "WHERE rowid = (SELECT min(rowid) FROM analytics.forecasts WHERE time_period = '2027_Q2')"


@sabotage("MON-02", "settings")
def the_alert_rules_do_not_parse(integration: Integration) -> None:
    _rules(integration, "expr: increase", "expr: [increase")


@sabotage("MON-02", "settings")
def no_rule_fires_on_a_failure(integration: Integration) -> None:
    _rules(integration, "clari_export_jobs_total", "http_requests_total")
    _rules(integration, 'outcome!="loaded"', 'method="POST"')


@sabotage("MON-02", "settings")
def a_single_failure_is_over_before_the_rule_fires(integration: Integration) -> None:
    _rules(integration, "> 0\n", "> 0\n        for: 1h\n")


@sabotage("MON-02", "settings")
def no_rule_fires_on_silence(integration: Integration) -> None:
    _rules(
        integration,
        "time() - clari_run_timestamp_seconds > 26 * 3600 or absent(clari_run_timestamp_seconds)",
        "up == 0",
    )


@sabotage("MON-02", "settings", result=Result.NOT_VERIFIED)
def there_was_never_a_fire_drill(integration: Integration) -> None:
    _state(integration, "DELETE FROM drills")


@sabotage("MON-02", "settings")
def the_last_fire_drill_is_older_than_a_month(integration: Integration) -> None:
    _state(integration, "UPDATE drills SET drilled_at = drilled_at - INTERVAL 11 DAYS")


@sabotage("MON-02", "settings")
def a_destination_refused_the_last_fire_drill(integration: Integration) -> None:
    _state(
        integration,
        "INSERT INTO drills SELECT drilled_at + INTERVAL 1 DAY, name, mark, 'Unauthorized, error=403' FROM drills",
    )


@sabotage("MON-02", "settings")
def a_destination_was_added_since_the_last_fire_drill(integration: Integration) -> None:
    integration.reword('"json://127.0.0.1:9/ops"', '"json://127.0.0.1:9/ops", "json://127.0.0.1:9/management"')


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
    _state(integration, "DELETE FROM reconciliations WHERE time_period_id = '2027_Q1'")


@sabotage("MON-05", "warehouse", result=Result.NOT_VERIFIED)
def the_last_reconciliations_could_not_look(integration: Integration) -> None:
    _state(integration, "UPDATE reconciliations SET verdict = 'could not look'")


@sabotage("MON-05", "warehouse")
def the_last_reconciliation_is_from_the_day_before_yesterday(integration: Integration) -> None:
    _state(integration, "UPDATE reconciliations SET reconciled_at = reconciled_at - INTERVAL 30 HOURS")


@sabotage("MON-03", "warehouse", result=Result.NOT_VERIFIED)
def no_anomaly_was_ever_looked_for(integration: Integration) -> None:
    _state(integration, "DROP TABLE detections")


@sabotage("MON-03", "warehouse")
def anomalies_were_looked_for_the_day_before_yesterday(integration: Integration) -> None:
    _state(integration, "UPDATE detections SET detected_at = detected_at - INTERVAL 30 HOURS")


@sabotage("MON-03", "warehouse")
def the_detection_ran_with_another_threshold(integration: Integration) -> None:
    integration.reword("fingerprint_salt =", "anomaly_threshold = 0.1\nfingerprint_salt =")


ROTATED = 'runbook = "runbook.md", rotated_on = 2026-11-02, every = "90d"'


@sabotage("AUTH-03", "settings")
def nobody_wrote_down_how_the_key_is_changed(integration: Integration) -> None:
    integration.reword(f"key_rotation = {{ {ROTATED} }}", "")


@sabotage("AUTH-03", "settings")
def the_runbook_is_a_directory(integration: Integration) -> None:
    (integration.directory / "runbooks").mkdir()
    integration.reword(ROTATED, ROTATED.replace("runbook.md", "runbooks"))


@sabotage("AUTH-03", "settings")
def the_runbook_is_a_stub(integration: Integration) -> None:
    (integration.directory / "runbook.md").write_text("# Key rotation\n\nOwner: TBD\n\n1. TODO\n2. TODO\n3. TODO\n")


@sabotage("AUTH-03", "settings")
def the_key_is_older_than_a_quarter(integration: Integration) -> None:
    integration.reword(ROTATED, ROTATED.replace("2026-11-02", "2026-08-22"))


@sabotage("AUTH-03", "settings")
def the_key_is_changed_twice_a_year(integration: Integration) -> None:
    integration.reword(ROTATED, ROTATED.replace("90d", "180d"))


@sabotage("AUTH-03", "settings")
def the_key_was_changed_tomorrow_a_week(integration: Integration) -> None:
    integration.reword(ROTATED, ROTATED.replace("2026-11-02", "2026-11-29"))


ACCOUNT = 'user_id = 4711, email = "Clari-Export@example.com"'


@sabotage("AUTH-05", "clari")
def the_token_is_somebody_elses_than_the_service_accounts(integration: Integration) -> None:
    integration.reword(ACCOUNT, ACCOUNT.replace("4711", "4712"))


@sabotage("AUTH-05", "clari")
def the_user_of_the_token_is_a_person(integration: Integration) -> None:
    exporter, *others = integration.organisation.users
    integration.organise(users=(replace(exporter, email="ada.analyst@example.com"), *others))


@sabotage("AUTH-05", "clari", result=Result.NOT_VERIFIED)
def no_service_account_is_named(integration: Integration) -> None:
    integration.reword(f"service_account = {{ {ACCOUNT} }}", "")


@sabotage("AUTH-05", "clari", result=Result.NOT_VERIFIED)
def nobody_declared_what_the_account_may_do(integration: Integration) -> None:
    integration.reword('env = "simulated"', 'env = "staging"')


@sabotage("AUTH-05", "clari", result=Result.NOT_VERIFIED)
def the_account_may_not_read_audit_events(integration: Integration) -> None:
    integration.faults = (Status(Match("GET", "/v4/audit/events"), 403),)


def _patience(integration: Integration, setting: str) -> None:
    integration.reword("[env.simulated]", f"[env.simulated]\n{setting}")


@sabotage("API-07", "settings")
def a_job_may_take_longer_than_a_day(integration: Integration) -> None:
    _patience(integration, 'job_timeout = "2d"\nschedule.current_quarter = "weekly"')


@sabotage("API-07", "settings", also={("CLA-12", "warehouse")})
def the_next_run_begins_before_the_time_out(integration: Integration) -> None:
    _patience(integration, 'job_timeout = "90m"\nschedule.current_quarter = "hourly"')


@sabotage("API-07", "settings")
def a_job_is_given_up_after_seconds(integration: Integration) -> None:
    _patience(integration, 'job_timeout = "30s"')


@sabotage("API-07", "settings")
def a_job_is_looked_at_once(integration: Integration) -> None:
    _patience(integration, 'poll_interval = "15m"')


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


def _rules(integration: Integration, old: str, new: str) -> None:
    """Change the alert rules in one place."""
    path = integration.directory / "alerts.yaml"
    text = path.read_text()
    assert text.count(old) == 1, f"{old!r} is in the rules {text.count(old)} times"
    path.write_text(text.replace(old, new))


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
