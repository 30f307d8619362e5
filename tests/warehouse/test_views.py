from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

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
