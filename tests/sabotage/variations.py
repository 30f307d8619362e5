"""Harmless variations of a healthy integration: nothing is wrong with any of them, and the gate must not say so."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

from clari_readiness.simulator import OddNames, Unordered
from clari_readiness.simulator.organisation.settings import ANALYST, EXPORTER
from tests.sabotage.cases import MANAGED, REHEARSED
from tests.sabotage.integration import Integration

Vary = Callable[[Integration], None]

BEFORE: list[Vary] = []
"""What is otherwise before anything is exported: the organisation, its calendar, the day."""

AFTER: list[Vary] = []
"""What is otherwise in the team's table, its settings, or Clari's answers."""


def before(vary: Vary) -> Vary:
    """Enlist a variation of what is exported."""
    BEFORE.append(vary)
    return vary


def after(vary: Vary) -> Vary:
    """Enlist a variation of what the gate finds."""
    AFTER.append(vary)
    return vary


def _setting(integration: Integration, line: str) -> None:
    integration.reword("fingerprint_salt =", f"{line}\nfingerprint_salt =")


def _calendar(integration: Integration, starts: int, named_after: str) -> None:
    integration.reword(
        'fiscal_year = { starts = "02", named_after = "end" }',
        f'fiscal_year = {{ starts = "{starts:02}", named_after = "{named_after}" }}',
    )
    integration.organise(fiscal_year_starts=starts, named_after=named_after)


def _on(integration: Integration, now: datetime, rotated: date, declared: date) -> None:
    """Let the gate look at another moment, the exports and what people have said being of shortly before."""
    integration.now = now
    text = integration.settings.read_text()
    text = text.replace("rotated_on = 2026-11-02", f"rotated_on = {rotated}").replace(
        "on = 2026-11-02\nexpires = 2027-05-01",
        f"on = {declared}\nexpires = {declared.replace(year=declared.year + 1)}",
    )
    integration.settings.write_text(text)
    runbook = integration.directory / "runbook.md"
    runbook.write_text(runbook.read_text().replace("2026-11-02", str(rotated)))


@before
def the_fiscal_year_is_the_calendar_year(integration: Integration) -> None:
    _calendar(integration, 1, "start")


@before
def the_fiscal_year_starts_in_july_and_is_named_after_its_start(integration: Integration) -> None:
    _calendar(integration, 7, "start")


@before
def one_person_sells_and_one_manages(integration: Integration) -> None:
    integration.organise(people=1, managers=1, second_roles=0, opts_out_on=None)


@before
def most_units_are_empty(integration: Integration) -> None:
    integration.organise(people=2, managers=8, second_roles=0, opts_out_on=None)


@before
def everybody_has_two_roles(integration: Integration) -> None:
    integration.organise(second_roles=12)


@before
def names_hold_markup_formulas_and_quotes(integration: Integration) -> None:
    integration.faults = (OddNames(),)


@before
def the_currency_has_no_cents(integration: Integration) -> None:
    integration.organise(currency="JPY")


@before
def weeks_start_on_sunday(integration: Integration) -> None:
    integration.organise(week_starts=6)


@before
def two_forecasts_with_odd_ids_are_exported(integration: Integration) -> None:
    names = ("net bookings/EMEA", "Größe_ü")
    integration.reword('forecasts = ["net_bookings"]', f'forecasts = ["{names[0]}", "{names[1]}"]')
    integration.organise(forecasts=names)


@before
def it_is_the_first_day_of_a_quarter(integration: Integration) -> None:
    _on(integration, datetime(2026, 11, 1, 9, tzinfo=UTC), date(2026, 10, 1), date(2026, 10, 1))


@before
def it_is_the_last_evening_of_a_fiscal_year(integration: Integration) -> None:
    _on(integration, datetime(2027, 1, 31, 23, 30, tzinfo=UTC), date(2027, 1, 4), date(2027, 1, 4))


@before
def it_is_the_leap_day(integration: Integration) -> None:
    _on(integration, datetime(2028, 2, 29, 9, tzinfo=UTC), date(2028, 2, 1), date(2028, 2, 1))


@before
def no_quarter_before_the_current_one_is_asked_for(integration: Integration) -> None:
    integration.reword("[default]", "[default]\nhistory_quarters = 0")


@after
def the_table_has_another_name_and_other_columns(integration: Integration) -> None:
    integration.sql(
        'CREATE SCHEMA "Sales Ops"; CREATE TABLE "Sales Ops"."Forecast 2026" AS SELECT * RENAME ('
        "owner_name AS who, rep_mail AS mail, forecast_amount AS call, quota_amount AS target, crm_closed AS won, "
        "time_period AS fq, exported_at AS loaded_at, user_id AS uid, time_frame_id AS week, job_id AS batch) "
        "FROM analytics.forecasts; DROP TABLE analytics.forecasts"
    )
    integration.reword('"analytics.forecasts"', '\'"Sales Ops"."Forecast 2026"\'')
    integration.reword(
        'owner_email = "rep_mail"',
        'owner_name = "who", owner_email = "mail", forecast_amount = "call", quota_amount = "target", '
        'crm_closed = "won", time_period = "fq", exported_at = "loaded_at", user_id = "uid", time_frame_id = "week", '
        'job_id = "batch"',
    )


@after
def the_table_is_a_view(integration: Integration) -> None:
    integration.sql(
        "ALTER TABLE analytics.forecasts RENAME TO loaded; "
        "CREATE VIEW analytics.forecasts AS SELECT * FROM analytics.loaded"
    )


@after
def the_table_has_more_columns_and_forecasts_than_clari(integration: Integration) -> None:
    integration.sql(
        "ALTER TABLE analytics.forecasts ADD COLUMN region VARCHAR; "
        "INSERT INTO analytics.forecasts SELECT * REPLACE ('renewals' AS forecast_name, NULL AS job_id) "
        "FROM analytics.forecasts WHERE time_period = '2027_Q4'"
    )


@after
def times_are_kept_with_a_zone(integration: Integration) -> None:
    integration.sql(
        "SET TimeZone = 'Asia/Kathmandu'; ALTER TABLE analytics.forecasts ALTER exported_at "
        "SET DATA TYPE TIMESTAMPTZ USING exported_at AT TIME ZONE 'UTC'"
    )


@after
def the_grain_is_spelled_out(integration: Integration) -> None:
    grain = '["forecast_name", "time_period", "time_frame_id", "user_id", "field_id", "currency"]'
    integration.reword("warehouse.url", f"warehouse.grain = {grain}\nwarehouse.url")


@after
def jobs_come_bare_and_their_list_wrapped(integration: Integration) -> None:
    integration.organise(wrapped_jobs=False, wrapped_job_lists=True)


@after
def one_job_at_a_time_and_a_small_quota(integration: Integration) -> None:
    integration.organise(concurrent_limit=1, monthly_quota=90)


@after
def entries_come_in_any_order(integration: Integration) -> None:
    integration.faults = (Unordered(),)


@after
def the_settings_were_written_on_windows(integration: Integration) -> None:
    integration.settings.write_bytes(integration.settings.read_bytes().replace(b"\n", b"\r\n"))


@after
def the_key_has_to_be_changed_tomorrow(integration: Integration) -> None:
    integration.reword('rotated_on = 2026-11-02, every = "90d"', 'rotated_on = 2026-11-02, every = "20d"')


@after
def the_report_shows_nobody(integration: Integration) -> None:
    _setting(integration, 'report = { personal_data = "none" }')


@after
def past_quarters_are_exported_each_month(integration: Integration) -> None:
    _setting(integration, 'schedule = { current_quarter = "daily", past_quarters = "monthly" }')


@after
def somebody_else_uses_the_same_clari(integration: Integration) -> None:
    integration.organise(users=(EXPORTER, replace(ANALYST, name="A" * 300)))


@after
def a_connector_fills_the_table(integration: Integration) -> None:
    integration.reword(REHEARSED, MANAGED)


def words_of(vary: Vary) -> str:
    """Return a variation's name, for a test's id."""
    return re.sub("_", " ", vary.__name__)
