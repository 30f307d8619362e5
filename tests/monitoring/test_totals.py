"""What exports add up to, by quarter: forecast, closed and quota, as people know them by heart."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from clari_readiness.model.anomalies import Detection, Inspected
from clari_readiness.report import swing_rows
from clari_readiness.warehouse import Export
from tests.monitoring.scene import AT, BEFORE, PERIOD, Scene

LAST_NIGHT = AT - timedelta(days=1)
CALLS = {"ann": "100.10", "bob": "100.20", "cyn": "800.30", "mia": "200.30", "max": "800.30", "chief": "1000.60"}
QUOTAS = {(user, "fc_quota"): amount for user, amount in (("ann", 500), ("bob", 500), ("mia", 1000), ("chief", 1000))}


def totals(scene: Scene, *exports: Export) -> list[tuple[Any, ...]]:
    names = ("side", "field_id", "forecast", "closed", "quota")
    return [tuple(row[name] for name in names) for row in scene.amounts.totals(exports)]


def test_only_those_who_have_nobody_below_are_added_up(placed: Scene) -> None:
    export = placed.put(CALLS)
    assert totals(placed, export) == [(0, "fc_commit", Decimal("1000.60"), None, None)]


def test_without_a_hierarchy_everybody_is_added_up(scene: Scene) -> None:
    export = scene.put({"ann": 100, "mia": 100})
    assert totals(scene, export) == [(0, "fc_commit", Decimal("200.00"), None, None)]


def test_fields_overlap_and_are_never_added_up(placed: Scene) -> None:
    export = placed.put({"ann": 100, ("ann", "fc_best_case"): 150})
    assert [(field, forecast) for _, field, forecast, *_ in totals(placed, export)] == [
        ("fc_best_case", Decimal("150.00")),
        ("fc_commit", Decimal("100.00")),
    ]


def test_a_field_without_a_quota_is_measured_by_the_fields_that_hold_quotas_alone(placed: Scene) -> None:
    placed.put(CALLS)
    placed.put(CALLS, column="crm_closed")
    placed.put({("cyn", "fc_renewals"): 7}, column="quota_amount")
    export = placed.put(QUOTAS, column="quota_amount")
    assert totals(placed, export) == [
        (0, "fc_commit", Decimal("1000.60"), Decimal("1000.60"), Decimal("1007.00")),
    ]


def test_a_field_that_has_a_quota_keeps_its_own(placed: Scene) -> None:
    placed.put({"ann": 100})
    placed.put({"ann": 300}, column="quota_amount")
    export = placed.put(QUOTAS, column="quota_amount")
    assert totals(placed, export) == [(0, "fc_commit", Decimal("100.00"), None, Decimal("300.00"))]


def test_each_type_counts_as_of_the_latest_week_that_has_it(placed: Scene) -> None:
    placed.put({"ann": 100}, week="TF:2026-08-19")
    placed.put({"ann": 40}, week="TF:2026-08-19", column="crm_closed")
    export = placed.put({"ann": 120}, week="TF:2026-08-26")
    assert totals(placed, export) == [(0, "fc_commit", Decimal("120.00"), Decimal("40.00"), None)]


def test_quarters_stay_apart_and_older_exports_are_not_asked_for(placed: Scene) -> None:
    placed.put({"ann": 1}, LAST_NIGHT)
    exports = placed.put({"ann": 2}), placed.put({"ann": 3}, period=BEFORE)
    assert [(side, forecast) for side, _, forecast, *_ in totals(placed, *exports)] == [
        (0, Decimal("2.00")),
        (1, Decimal("3.00")),
    ]


def test_every_swing_that_is_found_is_told_with_its_exact_amounts(placed: Scene) -> None:
    placed.put({"ann": "100.00", "bob": "0.00"}, LAST_NIGHT)
    placed.put({"ann": "120.01", "bob": "5.00"})
    rows = swing_rows(placed.detect())
    assert {row["threshold"] for row in rows} == {"0.2"}
    assert {row["compared_with"] for row in rows} == {"2026-08-31T08:00:00+00:00"}
    told = [(row["whose"], row["kind"], row["previous"], row["current"], row["change"]) for row in rows]
    assert ("rep ann fc_commit forecast", "swing", "100.00", "120.01", "0.2001") in told
    assert ("rep bob fc_commit forecast", "from_zero", "0.00", "5.00", None) in told


def test_a_quarter_in_which_nothing_swings_is_told_as_well(placed: Scene) -> None:
    placed.put({"ann": 100}, LAST_NIGHT)
    placed.put({"ann": 120})
    [row] = swing_rows(placed.detect())
    assert (row["time_period"], row["found"], row["kind"], row["change"]) == (PERIOD, 0, None, None)
    assert row["compared_with"] == "2026-08-31T08:00:00+00:00"


def test_swings_that_are_not_named_are_counted() -> None:
    inspected = Inspected("net_bookings", PERIOD, AT, BEFORE, LAST_NIGHT, found=25)
    [row] = swing_rows(Detection(Decimal("0.20"), (inspected,)))
    assert (row["kind"], row["found"], row["change"]) == ("25 more", 25, None)


def test_a_quarter_that_has_nothing_to_be_compared_with_says_why() -> None:
    inspected = Inspected("net_bookings", PERIOD, AT, reason="no export before it reconciled")
    [row] = swing_rows(Detection(Decimal("0.20"), (inspected,)))
    assert row["compared_with"] == "no export before it reconciled"
    assert row["kind"] is None
