from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from clari_readiness.environments import Environments
from clari_readiness.model.calendar import FiscalYear

Loaded = Callable[..., Environments]


def test_an_environment_inherits_what_it_does_not_say(loaded: Loaded) -> None:
    prod = loaded("[env.prod]").get("prod")
    assert prod.forecasts == ("net_bookings",)
    assert prod.fiscal_year == FiscalYear(starts=2, named_after="end")
    assert prod.api.base_url == "https://api.clari.com/v4"


def test_an_environment_says_otherwise(loaded: Loaded) -> None:
    environments = loaded('[env.prod]\nforecasts = ["a", "b"]\n[env.dev]')
    assert environments.get("prod").forecasts == ("a", "b")
    assert environments.get("dev").forecasts == ("net_bookings",)


def test_tables_are_merged_key_by_key(loaded: Loaded) -> None:
    prod = loaded(
        'warehouse = { forecasts = "t", columns = { owner_email = "mail", owner_name = "name" } }\n'
        '[env.prod]\napi.key = "env://PROD"\n'
        'warehouse = { url = "duckdb:///w.duckdb", columns = { owner_email = "rep_mail" } }\n'
        'schedule = { past_quarters = "never" }'
    ).get("prod")
    assert (prod.api.key, prod.api.base_url) == ("env://PROD", "https://api.clari.com/v4")
    assert prod.warehouse.columns == {"owner_email": "rep_mail", "owner_name": "name"}
    assert (prod.warehouse.url, prod.warehouse.forecasts) == ("duckdb:///w.duckdb", "t")
    assert prod.schedule.current_quarter_every == timedelta(days=1)
    assert prod.schedule.past_quarters_every is None


def test_lists_are_replaced(loaded: Loaded) -> None:
    prod = loaded('types_to_export = ["forecast", "quota"]\n[env.prod]\ntypes_to_export = ["forecast"]').get("prod")
    assert prod.types_to_export == ("forecast",)


def test_an_exporter_replaces_the_inherited_one(loaded: Loaded) -> None:
    environments = loaded(
        'exporter = { command = ["python", "-m", "ours"] }\n'
        '[env.dev]\n[env.staging]\nexporter = "reference"\n'
        '[env.prod]\nexporter = { managed = "fivetran" }\n[env.canary]\nexporter = { callable = "pkg.mod:run" }'
    )
    kinds = [one.exporter and one.exporter.kind for one in map(environments.get, environments.names)]
    assert kinds == ["command", "reference", "managed", "callable"]
    exporter = environments.get("dev").exporter
    assert exporter
    assert exporter.command == ("python", "-m", "ours")


def test_an_environment_changes_nothing_in_its_neighbours(loaded: Loaded) -> None:
    environments = loaded('[env.a]\napi = { key = "env://A" }\n[env.b]\n')
    assert environments.get("b").api.key == "env://CLARI_API_KEY"


def test_defaults_are_those_of_the_checklist(loaded: Loaded) -> None:
    prod = loaded("[env.prod]").get("prod")
    assert prod.types_to_export == ("forecast", "quota", "crm_closed")
    assert (prod.history_quarters, prod.retention_quarters) == (4, 8)
    assert (prod.anomaly_threshold, prod.job_timeout, prod.export_budget, prod.quota_reserve) == (0.20, 600.0, 1, 0.10)
    assert prod.max_recording_age == 90
    assert (prod.live, prod.filled_in) == (False, True)
    assert prod.api.profile == "v4"
    assert prod.exporter is None
    assert prod.value_names == {}


def test_a_warehouse_that_is_not_named_is_a_file_of_the_environments_own(loaded: Loaded) -> None:
    environments = loaded('[env.a]\n[env.b]\nwarehouse = { forecasts = "t" }')
    assert environments.get("a").warehouse.url == "duckdb:///.readiness/a/warehouse.duckdb"
    assert environments.get("b").warehouse.url == "duckdb:///.readiness/b/warehouse.duckdb"


def test_everything_that_the_design_writes_is_understood(loaded: Loaded) -> None:
    prod = loaded("""
[env.prod]
live = true
api.profile = "v1"
api.gateway = "https://proxy.example.com/clari"
api.key = "aws-sm://revops/clari#api_key"
api.ca_file = "ca.pem"
service_account = { user_id = 4711, email = "clari-export@example.com" }
warehouse.url = "snowflake://x"
warehouse.forecasts = "analytics.f"
warehouse.columns = { owner_email = "rep_mail" }
warehouse.grain = ["owner_email", "team"]
exporter = { command = ["python", "-m", "our_pipeline.export"] }
trial = { warehouse = "duckdb:///trial.duckdb", version_command = ["git", "rev-parse", "HEAD"] }
key_rotation = { runbook = "docs/runbooks/key-rotation.md", rotated_on = 2026-10-01, every = "90d" }
key_fingerprint = "00000000000000000000000000000000000000000000000000000000000000ff"
alerts = { rules = ["deploy/prometheus/alerts.yaml"], to = ["slack://a/b/c", "env://ALERTS"] }
dashboard = { url = "https://grafana.example.com/d/1" }
export_budget = 0
quota_reserve = 0.0
poll_interval = "1.5s"
exact_within = "0s"
unchanged_for = "2d"
job_timeout = "1h"
max_recording_age = "2w"
state = "state/prod.duckdb"
report = { personal_data = "full" }
opportunities = ["0061", "0062"]
value_names = { crm_closed = "closedWon" }
""").get("prod")
    assert prod.live
    assert prod.endpoint == "https://proxy.example.com/clari"
    assert prod.documented_url == "https://api.clari.com/v1"
    assert (prod.job_timeout, prod.poll_interval, prod.exact_within, prod.max_recording_age) == (3600.0, 1.5, 0.0, 14)
    assert prod.unchanged_for == 2 * 86_400
    assert prod.key_rotation
    assert prod.key_rotation.every == 90
    assert prod.state_path == prod.base / "state" / "prod.duckdb"
    assert prod.value_names == {"crm_closed": "closedWon"}
    assert prod.warehouse.grain == ("owner_email", "team")
