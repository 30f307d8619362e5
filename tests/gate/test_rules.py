"""What an alert rule watches, told from its expression; what cannot be told is no watch."""

from __future__ import annotations

from pathlib import Path

import pytest

from clari_readiness.gate import rules as module
from clari_readiness.gate.promql import fires_on_one_failure, fires_on_silence, seconds_of
from clari_readiness.gate.rules import promtool_says, read_rules

SHIPPED = Path(__file__).parents[2] / "deploy" / "prometheus" / "alerts.yaml"


@pytest.mark.parametrize(
    "expr",
    [
        'increase(clari_export_jobs_total{outcome="failed"}[1h]) > 0',
        'sum by (env) (increase(clari_export_jobs_total{env="prod", outcome!="loaded"}[26h])) > 0',
        'increase(clari_export_jobs_total{outcome!~"loaded|reused"}[1d]) >= 1',
        'clari_export_jobs{outcome=~"failed|refused"} != 0',
        "our_pipeline_export_failures > 0",
        "(increase(export_errors_total[1h]) > 0)",
        "rate(clari_failed_total[5m]) / rate(clari_total[5m]) > 0",
        "sum(increase(failures_total[1h])) > bool 0",
        "up == 0 or increase(failures_total[1h]) > 0",
        "increase(failures_total[1h]) > 0  # any of them",
    ],
)
def test_it_fires_on_one_failure(expr: str) -> None:
    assert fires_on_one_failure(expr, 0)
    assert fires_on_one_failure(expr, 5 * 60)
    assert not fires_on_one_failure(expr, 3600)


@pytest.mark.parametrize(
    "expr",
    [
        "increase(failures_total[1h]) > 3",
        "increase(failures_total[1h]) >= 2",
        "increase(failures_total[1h]) > 1",
        "increase(failures_total[1h]) < 1",
        "failures_total == 0",
        "failures_total",
        "increase(failures_total[1h]) > 0 and on () hour() > 8",
        "increase(failures_total[1h]) > 0 unless maintenance",
        "min(failures) > 0",
        'increase(clari_export_jobs_total{outcome="loaded"}[1h]) > 0',
        'increase(clari_export_jobs_total{env="failed"}[1h]) > 0',
        'increase(clari_export_jobs_total{note="x > 0 failed"}[1h])',
        "increase(http_requests_total[1h]) > 0",
        "increase(failures_total[1h]) > on () limits > 0",
        "up == 0  # failures_total > 0",
        "",
    ],
)
def test_it_may_not_fire_on_one_failure(expr: str) -> None:
    assert not fires_on_one_failure(expr, 0)


@pytest.mark.parametrize(
    "expr",
    [
        "absent(clari_run_timestamp_seconds)",
        'absent(clari_run_timestamp_seconds{env="prod"}) == 1',
        "absent_over_time(clari_run_timestamp_seconds[26h])",
        "time() - clari_run_timestamp_seconds > 26 * 3600",
        "time() - max by (env) (clari_run_timestamp_seconds) > 93600",
        "(time() - clari_run_timestamp_seconds) > (26 * 60 * 60)",
        "increase(clari_runs_total[26h]) == 0",
        "changes(clari_run_timestamp_seconds[26h]) < 1",
        "failures_total > 0 or absent(clari_run_timestamp_seconds)",
    ],
)
def test_it_fires_on_silence(expr: str) -> None:
    assert fires_on_silence(expr, 0)
    assert fires_on_silence(expr, 3600)
    assert not fires_on_silence(expr, 3 * 24 * 3600)


@pytest.mark.parametrize(
    "expr",
    [
        "time() - clari_run_timestamp_seconds > 7 * 24 * 3600",
        "time() - clari_run_timestamp_seconds < 3600",
        "increase(clari_runs_total[7d]) == 0",
        "increase(clari_runs_total[26h]) > 0",
        "absent(clari_run_timestamp_seconds) and on () day_of_week() < 6",
        'clari_runs_total{note="absent(x)"} > 0',
        "up == 0",
    ],
)
def test_it_may_not_fire_on_silence(expr: str) -> None:
    assert not fires_on_silence(expr, 0)


@pytest.mark.parametrize(
    ("text", "seconds"), [("5m", 300), ("1h30m", 5400), ("0s", 0), ("0", 0), ("2d", 172800), ("5", None), ("h", None)]
)
def test_durations_are_those_of_prometheus(text: str, seconds: float | None) -> None:
    assert seconds_of(text) == seconds


def test_the_shipped_rules_watch_both() -> None:
    rules = read_rules([("alerts.yaml", SHIPPED)])
    assert rules.problems == ()
    assert any(fires_on_one_failure(rule.expr, rule.held_for) for rule in rules.alerts)
    assert any(fires_on_silence(rule.expr, rule.held_for) for rule in rules.alerts)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("groups: [", "f: is no YAML: "),
        ("", "f: groups: expected a list of groups of rules"),
        ("groups: {}", "f: groups: expected a list of groups of rules"),
        ("groups: [{rules: []}]", "f: groups[0]: has no name"),
        ("groups: [{name: a}]", "f: groups[0].rules: expected a list"),
        (
            "groups: [{name: a, rules: [{expr: up}]}]",
            "f: groups[0].rules[0]: expected a rule with one of alert and rec",
        ),
        ("groups: [{name: a, rules: [{alert: A}]}]", "f: groups[0].rules[0].expr: expected an expression"),
        (
            "groups: [{name: a, rules: [{alert: A, expr: up, for: soon}]}]",
            "f: groups[0].rules[0].for: expected a durat",
        ),
    ],
)
def test_a_mistake_is_a_line_that_names_file_and_place(text: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / "f").write_text(text)
    rules = read_rules([("f", tmp_path / "f"), ("gone", tmp_path / "gone")])
    assert rules.problems[0].startswith(problem)
    assert rules.problems[1] == "gone: cannot be read: No such file or directory"
    assert rules.alerts == ()


def test_recording_rules_are_no_alerts(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("groups: [{name: a, rules: [{record: b, expr: failures > 0}]}]")
    assert read_rules([("f", tmp_path / "f")]) == module.Rules()


@pytest.mark.parametrize(("script", "said"), [("exit 0", ""), ("echo it is wrong >&2; exit 1", "it is wrong")])
def test_promtool_is_asked_where_there_is_one(
    script: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = tmp_path / "promtool"
    tool.write_text(f'#!/bin/sh\n[ "$1 $2" = "check rules" ] || exit 9\n{script}\n')
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert promtool_says([SHIPPED]) == said


def test_without_promtool_nothing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert promtool_says([SHIPPED]) is None
