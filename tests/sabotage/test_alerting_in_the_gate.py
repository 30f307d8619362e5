"""MON-02 alone, for what else can be wrong with rules, destinations and drills; and that the gate sends nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.alerts.servers import web_hook
from tests.sabotage.integration import REPOSITORY, Integration, Judgement, copy_of

ALONE = (str(REPOSITORY / "checks"), "-k", "MON-02")
WEEK = ("26 * 3600 or absent(clari_run_timestamp_seconds)", "7 * 24 * 3600")


def finding(judged: Judgement) -> dict[str, Any]:
    assert judged.report is not None, judged.printed
    (item,) = [item for item in judged.report["items"] if item["id"] == "MON-02"]
    (only,) = item["findings"]
    return dict(only)


def rules(old: str, new: str) -> Callable[[Integration], None]:
    def change(integration: Integration) -> None:
        path = integration.directory / "alerts.yaml"
        assert path.read_text().count(old) == 1
        path.write_text(path.read_text().replace(old, new))

    return change


def settings(old: str, new: str) -> Callable[[Integration], None]:
    return lambda integration: integration.reword(old, new)


@pytest.mark.parametrize(
    ("wreck", "result", "observed"),
    [
        (
            rules("expr: time()", "expression: time()"),
            "FAIL",
            "alerts.yaml: groups[0].rules[1].expr: expected an expre",
        ),
        (
            rules("> 0", "> 3"),
            "FAIL",
            "no rule fires on one failed export (alert rules: ClariExportFailed, ClariRunMis",
        ),
        (rules(*WEEK), "FAIL", "no rule fires on no run at all"),
        (settings('["alerts.yaml"]', '["gone/alerts.yaml"]'), "FAIL", "gone/alerts.yaml: cannot be read: No such file"),
        (
            settings('alerts.rules = ["alerts.yaml"]', ""),
            "FAIL",
            "no rule fires on one failed export (alert rules: none",
        ),
        (settings('alerts.to = ["json://127.0.0.1:9/ops"]', ""), "FAIL", "`alerts.to` names nobody"),
        (settings("127.0.0.1:9/ops", "127.0.0.1:9/moved"), "FAIL", "alerts.to[0] (json) had no drill yet"),
        (
            settings('"json://127.0.0.1:9/ops"', '"env://NOT_SET"'),
            "NOT VERIFIED",
            "environment variable NOT_SET is not",
        ),
    ],
)
def test_it_does_not_pass(
    wreck: Callable[[Integration], None], result: str, observed: str, template: Integration, tmp_path: Path
) -> None:
    integration = copy_of(template, tmp_path / "integration")
    wreck(integration)
    found = finding(integration.judge_here(*ALONE))
    assert found["result"] == result
    assert observed in found["observed"]


def test_the_gate_asks_no_destination_anything_and_shows_no_address(template: Integration, tmp_path: Path) -> None:
    integration = copy_of(template, tmp_path / "integration")
    with web_hook() as hook:
        integration.reword('"json://127.0.0.1:9/ops"', f'"{hook.url()}"')
        judged = integration.judge_here(*ALONE)
        assert hook.requests == []
    assert finding(judged)["result"] == "FAIL"
    report = (integration.directory / ".readiness" / "simulated" / "report.json").read_text()
    assert "T0KEN" not in report + judged.printed


def test_the_nightly_reconciliation_of_a_live_environment_tells_that_it_could_not_look_and_no_other_run_does(
    template: Integration, tmp_path: Path
) -> None:
    integration = copy_of(template, tmp_path / "integration")
    integration.environment, integration.simulator_runs = "prod", False
    integration.variables.pop("CLARI_API_KEY_PROD")
    with web_hook() as hook:
        integration.reword("[env.prod]\n", f'[env.prod]\nalerts.to = ["{hook.url()}"]\n')
        assert integration.judge_here(ALONE[0], "-k", "MON-05").exit_code == 10
        assert hook.requests == []
        night = integration.judge_here(ALONE[0], "-m", "reconciliation")
        assert night.exit_code == 10
        assert "alerts: " not in night.printed
    (text,) = hook.texts
    assert "prod: CRITICAL: reconciliation could not run: environment variable CLARI_API_KEY_PROD is not set" in text


def test_what_could_not_be_delivered_is_a_warning_in_the_report(template: Integration, tmp_path: Path) -> None:
    integration = copy_of(template, tmp_path / "integration")
    integration.environment, integration.simulator_runs = "prod", False
    integration.variables.pop("CLARI_API_KEY_PROD")
    with web_hook() as hook:
        integration.reword("[env.prod]\n", f'[env.prod]\nalerts.to = ["{hook.url()}"]\n')
        hook.status = 503
        judged = integration.judge_here(ALONE[0], "-m", "reconciliation")
    assert judged.exit_code == 10
    assert judged.report is not None
    (warning,) = judged.report["warnings"]
    assert warning.startswith("1 alert could not be delivered to alerts.to[0] (json) since ")
    assert f"warning: {warning[:60]}" in judged.printed
    page = (integration.directory / ".readiness" / "prod" / "report.html").read_text()
    assert f"Warning: {warning[:60]}" in page
    assert "T0KEN" not in page + judged.printed
