"""The address, the way to Clari, and how long is waited there."""

from __future__ import annotations

from clari_readiness.model.findings import Result
from clari_readiness.simulator import Match, Status
from tests.sabotage.cases.enlisting import CLARI, NO_KEY, NOT_IN_PROD, Pair, sabotage
from tests.sabotage.integration import Integration


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


@sabotage("CONN-03", "clari", also={("AUTH-02", "clari"), ("API-04", "clari"), ("CLA-01", "clari")})
def clari_has_no_synchronous_forecast_and_exports_without_what_the_crm_says(integration: Integration) -> None:
    integration.organise(synchronous_forecast=False, export_refuses_crm=True)


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
