"""A new user with Fivetran's tables: the shipped view, the shipped settings with what is theirs, and a decision."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import psycopg
import pytest

from clari_readiness.gate.catalogue import CATALOGUE
from tests.elsewhere import into_postgres
from tests.mappings import FIVETRAN, SHIPPED, fivetran
from tests.sabotage.integration import REPOSITORY, Integration, Judgement
from tests.sabotage.live import Live, live

CHECKS = str(REPOSITORY / "checks")
ALL = {item.id for item in CATALOGUE}
TRIAL_ONLY = {item.id for item in CATALOGUE if item.sources == ("trial",)}
ALONE = {"AUTH-04"}
"""What asks for another environment, with a token of its own: the example has one."""


@pytest.fixture(scope="module")
def ready(template: Integration, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live(template, tmp_path_factory.mktemp("fivetran") / "integration") as filled_in:
        yield filled_in


@pytest.fixture
def user(ready: Live, tmp_path: Path) -> Integration:
    """Somebody who copied the example beside their runbook, alert rules and dashboard, and put in what is theirs."""
    for name in ("alerts.yaml", "dashboard.json", "runbook.md", "ca.pem"):
        shutil.copy(ready.integration.directory / name, tmp_path)
    integration = Integration(tmp_path, environment="prod", simulator_runs=False)
    shutil.copy(SHIPPED / "fivetran" / "clari-readiness.toml", integration.settings)
    integration.reword('v4", key', f'v4", gateway = "{ready.address}", ca_file = "ca.pem", key')
    today = datetime.now(UTC).date()
    integration.reword("rotated_on = 2026-11-02", f"rotated_on = {today - timedelta(days=20)}")
    integration.reword("\non = 2026-11-02", f"\non = {today - timedelta(days=20)}")
    integration.reword("expires = 2027-05-01", f"expires = {today + timedelta(days=100)}")
    hook = re.search(r'to = \["(.+?)"\]', ready.integration.settings.read_text())
    assert hook is not None
    integration.variables["CLARI_ALERTS"] = hook[1]
    integration.reword(
        '# key_fingerprint = "..." ', f'key_fingerprint = "{said(integration, "fingerprint").strip()}" #'
    )
    assert len(integration.settings.read_text().splitlines()) <= 25
    return integration


def said(integration: Integration, *command: str, env: str = "prod", exit_code: int = 0) -> str:
    """Run a command as the documentation has it, and return what it printed."""
    script = Path(sys.executable).with_name("clari-readiness")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CLARI_", "PYTEST_"))}
    ran = subprocess.run(
        [str(script), *command, f"--env={env}", f"--config={integration.settings}"],
        env=kept | integration.variables,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == exit_code, ran
    return ran.stdout + ran.stderr


def results(judged: Judgement) -> dict[str, str]:
    assert judged.report is not None, judged.printed
    return {item["id"]: item["result"] for item in judged.report["items"]}


def observed(judged: Judgement, result: str) -> dict[str, list[dict[str, str]]]:
    assert judged.report is not None
    found = {
        item["id"]: [each for each in item["findings"] if each["result"] == result] for item in judged.report["items"]
    }
    return {item: findings for item, findings in found.items() if findings}


def warnings_of(judged: Judgement) -> str:
    assert judged.report is not None
    return "; ".join(each["warning"] for item in judged.report["items"] for each in item["findings"])


def synchronised(ready: Live, user: Integration, request: pytest.FixtureRequest, engine: str) -> Callable[[str], None]:
    """Fill Fivetran's tables, make the view as the documentation has it, and return how to change them."""
    path = user.directory / "team.duckdb"
    fivetran(ready.integration.directory / "prod.duckdb", path)
    url = "duckdb:///team.duckdb" if engine == "duckdb" else into_postgres(path, request.getfixturevalue("postgres"))
    user.variables["CLARI_WAREHOUSE_URL"] = url

    def change(*statements: str) -> None:
        if engine == "duckdb":
            with duckdb.connect(path) as connection:
                for each in statements:
                    connection.execute(each)
        else:
            with psycopg.connect(url) as server:
                for each in statements:
                    server.execute(each)  # type: ignore[call-overload]

    change("CREATE SCHEMA analytics", FIVETRAN.read_text())
    return change


A_SYNC_LATER = "UPDATE clari.forecast_entry SET _fivetran_synced = _fivetran_synced + INTERVAL '1 minute'"


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_a_decision_is_reached_and_on_the_second_night_it_rests_on_what_was_kept_of_the_first(
    ready: Live, user: Integration, request: pytest.FixtureRequest, engine: str
) -> None:
    change = synchronised(ready, user, request, engine)
    said(user, "alert", "--test")
    assert "no column of the table names the job" in said(user, "reconcile", "--json")
    judged = user.judge(CHECKS)
    assert "\nINCOMPLETE   exit code 10   prod, live" in judged.printed
    assert set(observed(judged, "NOT VERIFIED")) == ALONE
    assert {item for item, result in results(judged).items() if result == "PASS"} == ALL - ALONE - TRIAL_ONLY
    assert "forecast_amount is binary floating point" in warnings_of(judged)

    change(A_SYNC_LATER)
    said(user, "reconcile")
    judged = user.judge(CHECKS)
    assert judged.exit_code == 10, judged.printed
    assert set(observed(judged, "NOT VERIFIED")) == ALONE
    assert observed(judged, "FAIL") == {}

    (user.directory / ".readiness" / "prod" / "state-exports.duckdb").unlink()
    change(A_SYNC_LATER)
    said(user, "reconcile")
    (lost,) = observed(user.judge(CHECKS, "-k", "MON-03"), "NOT VERIFIED")["MON-03"]
    assert "the table does not keep the exports that reconciled" in lost["observed"]
    assert lost["fix"] == "let the nights leave their records in one place (`state = ...`), or keep each export's rows"

    change(
        "DELETE FROM clari.forecast_entry"
        " WHERE time_period_id = (SELECT min(time_period_id) FROM clari.forecast_entry)",
        "UPDATE clari.forecast_entry SET crm_closed = NULL",
    )
    judged = user.judge(CHECKS)
    assert judged.exit_code == 1, judged.printed
    assert set(observed(judged, "FAIL")) == {"API-03", "API-04", "RES-03", "MON-05"}


AN_HOUR_AGO = "UPDATE clari.forecast_entry SET _fivetran_synced = _fivetran_synced - INTERVAL '1 hour'"
OLDEST = "WHERE time_period_id = (SELECT min(time_period_id) FROM clari.forecast_entry)"


def test_a_forecast_that_was_wrong_when_it_was_synchronised_is_named_and_a_quota_that_nobody_can_date_is_told(
    ready: Live, user: Integration, request: pytest.FixtureRequest
) -> None:
    change = synchronised(ready, user, request, "duckdb")
    change(AN_HOUR_AGO)
    assert "rows of other weeks were not compared" in said(user, "reconcile")

    change(f"UPDATE clari.forecast_entry SET forecast_value = forecast_value + 100000 {OLDEST}")  # noqa: S608 - ours
    assert re.search(r"differs: .*, forecast: [\d,.]+ at Clari, [\d,.]+ here", said(user, "reconcile", exit_code=1))
    assert set(observed(user.judge(CHECKS, "-k", "MON-05"), "FAIL")) == {"MON-05"}

    change(
        f"UPDATE clari.forecast_entry SET forecast_value = forecast_value - 100000 {OLDEST}",  # noqa: S608 - ours
        f"UPDATE clari.forecast_entry SET quota_value = quota_value + 100000 {OLDEST}",  # noqa: S608 - ours
    )
    assert re.search(r"differs now: .*, quota: [\d,.]+ at Clari, [\d,.]+ here", said(user, "reconcile"))
    judged = user.judge(CHECKS, "-k", "MON-05")
    assert observed(judged, "FAIL") == {}
    assert "amounts differ from what Clari says now, and nobody can say since when" in warnings_of(judged)
    assert "rows lie in weeks that Clari does not answer now, and were not compared" in warnings_of(judged)


def test_another_environment_that_is_only_a_key_and_its_fingerprint_is_enough_to_say_go(
    ready: Live, user: Integration, request: pytest.FixtureRequest
) -> None:
    synchronised(ready, user, request, "duckdb")
    api = 'api = { base_url = "https://api.clari.com/v4", key = "env://CLARI_API_KEY_STAGING" }'
    user.reword("\n[[decl", f"\n[env.staging]\n{api}\n\n[[decl")
    printed = said(user, "fingerprint", env="staging").strip()
    user.reword(api, f'{api}\nkey_fingerprint = "{printed}"')
    said(user, "alert", "--test")
    said(user, "reconcile")
    judged = user.judge(CHECKS)
    assert (judged.exit_code, observed(judged, "NOT VERIFIED")) == (0, {}), judged.printed
    assert "\nGO   exit code 0   prod, live" in judged.printed
    assert judged.report is not None
    assert judged.report["exporter"] == "managed: fivetran"
