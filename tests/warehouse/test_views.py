from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from clari_readiness.model.exports import Snapshot
from tests.warehouse.documents import ENDED, ask, document, entry, snapshot

Load = Callable[..., Any]
LATER = ENDED + timedelta(days=1)
CURRENT = "SELECT user_id, forecast_amount, quota_amount FROM current_entries ORDER BY user_id"


def test_what_is_current_is_the_latest_snapshots_row(load: Load, path: Path) -> None:
    load(document(entry(forecastValue=2)), snapshot("job-2", at=LATER))
    load(document(entry(forecastValue=1)), snapshot("job-1", at=ENDED))
    assert ask(path, CURRENT) == [("1:A", Decimal("2.00"), None)]


def test_an_export_that_did_not_ask_for_quotas_says_nothing_about_them(load: Load, path: Path) -> None:
    load(document(entry(forecastValue=1, quotaValue=50)), snapshot("job-1", types=("forecast", "quota")))
    load(document(entry(forecastValue=2)), snapshot("job-2", at=LATER, types=("forecast",)))
    assert ask(path, CURRENT) == [("1:A", Decimal("2.00"), Decimal("50.00"))]


def test_a_quota_that_was_asked_for_and_is_gone_is_gone(load: Load, path: Path) -> None:
    load(document(entry(quotaValue=50)), snapshot("job-1", types=("forecast", "quota")))
    load(document(entry(quotaValue=None)), snapshot("job-2", at=LATER, types=("forecast", "quota")))
    assert ask(path, CURRENT) == [("1:A", Decimal("10.50"), None)]


def test_who_vanished_is_not_current_but_last_known(load: Load, path: Path) -> None:
    load(document(entry("1:A", forecastValue=1), entry("2:A", forecastValue=2)))
    load(document(entry("1:A", forecastValue=3)), snapshot("job-2", at=LATER))
    assert ask(path, CURRENT) == [("1:A", Decimal("3.00"), None)]
    assert ask(path, "SELECT user_id, forecast_amount, vanished, job_id FROM last_known_entries ORDER BY 1") == [
        ("1:A", Decimal("3.00"), False, "job-2"),
        ("2:A", Decimal("2.00"), True, "job-1"),
    ]
    assert ask(path, "SELECT count(*) FROM forecast_entries") == [(3,)]


def test_weeks_that_a_later_snapshot_does_not_cover_stay_current(load: Load, path: Path) -> None:
    load(document(entry(frame="TF:2026-08-05", forecastValue=1), entry(frame="TF:2026-08-12", forecastValue=2)))
    load(document(entry(frame="TF:2026-08-12", forecastValue=3)), snapshot("job-2", at=LATER))
    assert ask(path, "SELECT time_frame_id, forecast_amount, job_id FROM current_entries ORDER BY 1") == [
        ("TF:2026-08-05", Decimal("1.00"), "job-1"),
        ("TF:2026-08-12", Decimal("3.00"), "job-2"),
    ]


def test_a_week_that_is_listed_and_empty_is_covered(load: Load, path: Path) -> None:
    load(document(entry(frame="TF:2026-08-05"), entry(frame="TF:2026-08-12")))
    later = document(entry(frame="TF:2026-08-12"), entry(frame="TF:2026-08-05"))
    later["entries"].pop()
    load(later, snapshot("job-2", at=LATER))
    assert ask(path, "SELECT time_frame_id, entries FROM snapshots WHERE job_id = 'job-2' ORDER BY 1") == [
        ("TF:2026-08-05", 0),
        ("TF:2026-08-12", 1),
    ]
    assert ask(path, "SELECT time_frame_id FROM current_entries") == [("TF:2026-08-12",)]
    assert ask(path, "SELECT time_frame_id FROM last_known_entries WHERE vanished") == [("TF:2026-08-05",)]


@pytest.mark.parametrize(
    ("forecast", "closed", "accuracy"),
    [(100, 90, 90.0), (100, 100, 100.0), (80, 100, 75.0), (100, 0, 0.0), (0, 5, None), (3, 2, 66.7), (10, 40, -200.0)],
)
def test_accuracy_is_as_the_reference_architecture_has_it(
    load: Load, path: Path, forecast: int, closed: int, accuracy: float | None
) -> None:
    load(document(entry(forecastValue=forecast, crmClosed=closed)), snapshot(types=("forecast", "crm_closed")))
    assert ask(path, "SELECT time_period, owner_name, accuracy_pct FROM v_forecast_accuracy") == [
        ("2027_Q3", "Name of 1:A", accuracy)
    ]


def test_a_quarter_is_judged_by_its_latest_week_and_its_latest_export(load: Load, path: Path) -> None:
    types = ("forecast", "quota", "crm_total", "crm_closed")
    values = {"quotaValue": 200, "crmClosed": 50, "aggregationTotal": 300}
    first = document(entry(frame="TF:2026-08-05", **values), entry(frame="TF:2026-08-12", **values))
    load(first, snapshot(types=types))
    load(
        document(entry(frame="TF:2026-08-12", **{**values, "crmClosed": 100})),
        snapshot("job-2", at=LATER, types=types),
    )
    assert ask(path, "SELECT attainment_pct FROM v_rep_performance") == [(50.0,)]
    assert ask(path, "SELECT quota_left, coverage FROM v_pipeline_coverage") == [(Decimal("100.00"), 3.0)]


def test_coverage_of_a_quota_that_is_met_is_unknown(load: Load, path: Path) -> None:
    types = ("forecast", "quota", "crm_total", "crm_closed")
    load(document(entry(quotaValue=50, crmClosed=50, aggregationTotal=300)), snapshot(types=types))
    assert ask(path, "SELECT quota_left, coverage FROM v_pipeline_coverage") == [(Decimal("0.00"), None)]
    assert ask(path, "SELECT attainment_pct FROM v_rep_performance") == [(100.0,)]


def asked(job: str, days: int, *types: str, **asked_for: Any) -> Snapshot:
    usual = snapshot(job, at=ENDED + timedelta(days=days), types=types or ("forecast",))
    return replace(usual, request=replace(usual.request, **asked_for))


def test_an_export_of_quotas_only_leaves_forecasts_current_though_it_has_none_of_their_rows(
    load: Load, path: Path
) -> None:
    load(document(entry(fieldId="fc_commit", forecastValue=1)), asked("job-1", 1, "forecast"))
    quota = document({**entry(quotaValue=9), "fieldId": "fc_quota"}, fields=[{"fieldId": "fc_quota", "fieldName": "Q"}])
    del quota["entries"][0]["forecastValue"]
    load(quota, asked("job-2", 2, "quota"))
    assert ask(path, "SELECT field_id, forecast_amount, quota_amount, job_id FROM current_entries ORDER BY 1") == [
        ("fc_commit", Decimal("1.00"), None, "job-1"),
        ("fc_quota", None, Decimal("9.00"), "job-2"),
    ]


def test_an_export_of_who_and_when_alone_blanks_no_forecast(load: Load, path: Path) -> None:
    load(document(entry(forecastValue=1)), asked("job-1", 1, "forecast"))
    only_when = entry(isUpdated=True, updatedBy="9:Z")
    del only_when["forecastValue"]
    load(document(only_when), asked("job-2", 2, "forecast_updated"))
    assert ask(path, "SELECT forecast_amount, is_updated, updated_by FROM current_entries") == [
        (Decimal("1.00"), True, "9:Z")
    ]


def test_an_export_of_a_scope_updates_its_people_and_leaves_the_others(load: Load, path: Path) -> None:
    load(document(entry("1:A", forecastValue=1), entry("2:A", forecastValue=2)), asked("job-1", 1))
    load(document(entry("1:A", forecastValue=3)), asked("job-2", 2, scope_id="1::MGR"))
    assert ask(path, CURRENT) == [("1:A", Decimal("3.00"), None), ("2:A", Decimal("2.00"), None)]


def test_an_export_of_everybody_says_who_is_gone_from_a_scope_too(load: Load, path: Path) -> None:
    load(document(entry("1:A"), entry("2:A")), asked("job-1", 1, scope_id="1::MGR"))
    load(document(entry("2:A", forecastValue=5)), asked("job-2", 2))
    assert ask(path, CURRENT) == [("2:A", Decimal("5.00"), None)]


def test_an_export_in_another_currency_is_beside_the_first_even_where_entries_name_none(load: Load, path: Path) -> None:
    load(document(entry(forecastValue=1)), asked("job-1", 1))
    load(document(entry(forecastValue=2)), asked("job-2", 2, currency="EUR"))
    assert ask(path, "SELECT currency, forecast_amount FROM current_entries ORDER BY 1") == [
        ("", Decimal("1.00")),
        ("EUR", Decimal("2.00")),
    ]


ALL = ("forecast", "quota", "crm_total", "crm_closed")


def team() -> dict[str, Any]:
    """A manager over two people, as Clari tells it: quotas in a field of their own, sums in the manager's rows."""

    def calls(user: str, field: str, total: int, closed: int) -> dict[str, Any]:
        return {**entry(user, aggregationTotal=total, crmClosed=closed), "fieldId": field}

    def quota(user: str, amount: int) -> dict[str, Any]:
        key = {**entry(user, quotaValue=amount), "fieldId": "fc_quota"}
        del key["forecastValue"]
        return key

    content = document(
        calls("1:M", "fc_commit", 300, 50),
        calls("1:M", "fc_best", 500, 50),
        calls("2:R", "fc_commit", 200, 50),
        calls("2:R", "fc_best", 400, 50),
        calls("3:R", "fc_commit", 100, 0),
        quota("1:M", 350),
        quota("2:R", 150),
        quota("3:R", 200),
        quota("4:R", 80),
    )
    content["fields"] = [{"fieldId": each, "fieldName": each} for each in ("fc_commit", "fc_best", "fc_quota")]
    for user in content["users"]:
        manages = user["userId"] == "1:M"
        user |= {
            "hierarchyId": "head" if manages else user["userId"],
            "parentHierarchyId": None if manages else "head",
        }
    return content


def test_coverage_meets_the_owners_quota_from_its_own_field_and_never_adds_fields_up(load: Load, path: Path) -> None:
    load(team(), snapshot(types=ALL))
    rows = ask(
        path,
        "SELECT user_id, field_id, crm_total, quota_left, coverage, manages FROM v_pipeline_coverage ORDER BY ALL",
    )
    assert rows == [
        ("1:M", "fc_best", Decimal("500.00"), Decimal("300.00"), 1.67, True),
        ("1:M", "fc_commit", Decimal("300.00"), Decimal("300.00"), 1.0, True),
        ("2:R", "fc_best", Decimal("400.00"), Decimal("100.00"), 4.0, False),
        ("2:R", "fc_commit", Decimal("200.00"), Decimal("100.00"), 2.0, False),
        ("3:R", "fc_commit", Decimal("100.00"), Decimal("200.00"), 0.5, False),
        ("4:R", None, None, None, None, False),
    ]


def test_performance_is_of_those_who_sell_and_a_manager_is_not_counted_beside_them(load: Load, path: Path) -> None:
    load(team(), snapshot(types=ALL))
    rows = ask(path, "SELECT user_id, field_id, quota_amount, attainment_pct FROM v_rep_performance ORDER BY ALL")
    assert rows == [
        ("2:R", "fc_best", Decimal("150.00"), 33.3),
        ("2:R", "fc_commit", Decimal("150.00"), 33.3),
        ("3:R", "fc_commit", Decimal("200.00"), 0.0),
        ("4:R", None, Decimal("80.00"), None),
    ]


def test_a_later_week_of_quotas_only_does_not_hide_what_the_crm_said(load: Load, path: Path) -> None:
    load(document(entry(quotaValue=200, crmClosed=50, aggregationTotal=300)), asked("job-1", 1, *ALL))
    load(document(entry(frame="TF:2026-08-12", quotaValue=100)), asked("job-2", 2, "quota"))
    assert ask(path, "SELECT quota_amount, crm_closed, coverage FROM v_pipeline_coverage") == [
        (Decimal("100.00"), Decimal("50.00"), 6.0)
    ]
    assert ask(path, "SELECT forecast_amount, actual_closed FROM v_forecast_accuracy") == [
        (Decimal("10.50"), Decimal("50.00"))
    ]
