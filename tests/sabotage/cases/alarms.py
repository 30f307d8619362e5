"""Who is told."""

from __future__ import annotations

from clari_readiness.model.findings import Result
from tests.sabotage.cases.enlisting import sabotage
from tests.sabotage.integration import Integration


def _rules(integration: Integration, old: str, new: str) -> None:
    """Change the alert rules in one place."""
    path = integration.directory / "alerts.yaml"
    text = path.read_text()
    assert text.count(old) == 1, f"{old!r} is in the rules {text.count(old)} times"
    path.write_text(text.replace(old, new))


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
    integration.state("DELETE FROM drills")


@sabotage("MON-02", "settings")
def the_last_fire_drill_is_older_than_a_month(integration: Integration) -> None:
    integration.state("UPDATE drills SET drilled_at = drilled_at - INTERVAL 11 DAYS")


@sabotage("MON-02", "settings")
def a_destination_refused_the_last_fire_drill(integration: Integration) -> None:
    integration.state(
        "INSERT INTO drills SELECT drilled_at + INTERVAL 1 DAY, name, mark, 'Unauthorized, error=403' FROM drills",
    )


@sabotage("MON-02", "settings")
def a_destination_was_added_since_the_last_fire_drill(integration: Integration) -> None:
    integration.reword('"json://127.0.0.1:9/ops"', '"json://127.0.0.1:9/ops", "json://127.0.0.1:9/management"')
