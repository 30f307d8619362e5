"""The rules for Prometheus, judged by its own tool."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from clari_readiness.monitoring import METRICS
from tests.monitoring.conftest import promtool

REPOSITORY = Path(__file__).parents[2]
RULES = REPOSITORY / "deploy" / "prometheus" / "alerts.yaml"
TESTS = RULES.with_name("alerts_test.yaml")
ALERTS: list[dict[str, Any]] = yaml.safe_load(RULES.read_text())["groups"][0]["rules"]


@pytest.mark.parametrize(("what", "file"), [("check", RULES), ("test", TESTS)])
def test_promtool_accepts_them(what: str, file: Path) -> None:
    ran = subprocess.run([promtool(), what, "rules", str(file)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "SUCCESS" in ran.stdout


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_each_rule_is_seen_to_fire_and_to_be_quiet(alert: dict[str, Any]) -> None:
    asked = [
        moment
        for test in yaml.safe_load(TESTS.read_text())["tests"]
        for moment in test.get("promql_expr_test", ())
        if moment["expr"] == f'ALERTS{{alertname="{alert["alert"]}"}}'
    ]
    assert {bool(moment["exp_samples"]) for moment in asked} == {True, False}


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_each_rule_fires_at_once_on_metrics_that_there_are_and_says_what_to_do(alert: dict[str, Any]) -> None:
    assert "for" not in alert
    named = set(re.findall(r"clari_\w+", alert["expr"]))
    assert named
    assert named <= set(METRICS)
    assert alert["labels"]["severity"] in ("critical", "warning")
    assert set(alert["annotations"]) == {"summary", "description", "runbook_url"}
    page, _, anchor = alert["annotations"]["runbook_url"].partition("#")
    headings = re.findall(r"^## (\w+)$", (REPOSITORY / page).read_text(), re.MULTILINE)
    assert anchor == alert["alert"].lower()
    assert alert["alert"] in headings
