"""Periods that had rows, and have none or hardly any now."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from clari_readiness.gate.emptying import Past, emptied
from clari_readiness.model.calendar import Quarter, Window
from clari_readiness.model.reconciliation import PeriodSeen

WINDOW = Window(Quarter(2026, 1), date(2025, 2, 1))
SEEN = datetime(2026, 11, 20, tzinfo=UTC)


def row(period: str = "2027_Q3", **values: Any) -> dict[str, Any]:
    compared = {"amounts_before": None, "shared_rows": None, "shared_rows_before": None}
    return {"forecast_name": "net", "time_period": period, "rows": 10, "amounts": 10, **compared, **values}


def past(*periods: str, forecast: str = "net") -> Past:
    known = Past(["net"], WINDOW)
    known.remember(PeriodSeen(forecast, period, 84, SEEN) for period in periods)
    return known


def test_a_period_that_had_rows_and_has_none_is_named() -> None:
    assert list(past("2027_Q3", "2027_Q2").gone([row("2027_Q3")])) == [
        "2027_Q2 of net has no rows, and had 84 rows when it was last reconciled"
    ]


def test_what_the_ledger_loaded_had_rows() -> None:
    known = Past(["net"], WINDOW)
    known.ledger([{"forecast_name": "net", "time_period": "2027_Q1"}])
    assert list(known.gone([])) == ["2027_Q1 of net has no rows, and had rows by the exporter's ledger"]
    assert list(known.gone([row("2027_Q1")])) == []


def test_what_left_the_window_or_is_no_longer_exported_may_be_gone() -> None:
    assert past("2025_Q4").known == {}
    assert past("2027_Q3", forecast="renewals").known == {}
    assert list(past("2026_Q1").gone([])) != []


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"amounts": 0, "amounts_before": 7}, "holds no amount, and an earlier one held 7"),
        ({"shared_rows": 4, "shared_rows_before": 9}, "holds 4 rows in weeks in which the one before held 9"),
    ],
)
def test_an_export_that_lost_its_amounts_or_most_rows_is_named(values: dict[str, Any], told: str) -> None:
    assert list(emptied([row(**values)])) == [f"the newest export of 2027_Q3 of net {told}"]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"amounts": 0, "amounts_before": 0},
        {"amounts": 0},
        {"amounts": 1, "amounts_before": 900},
        {"shared_rows": 5, "shared_rows_before": 10},
        {"shared_rows": 20, "shared_rows_before": 10},
    ],
)
def test_what_never_had_amounts_or_lost_less_than_half_is_no_loss(values: dict[str, Any]) -> None:
    assert list(emptied([row(**values)])) == []
