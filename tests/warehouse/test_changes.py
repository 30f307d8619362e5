from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from clari_readiness.model.exports import Changes, Loaded, Snapshot
from clari_readiness.warehouse import DuckDBWarehouse
from tests.warehouse.documents import ENDED, STAR, ask, document, dump, entry, snapshot

Load = Callable[..., Loaded]
CHANGES = "SELECT user_id, type, kind, previous_amount, current_amount, job_id FROM entry_changes ORDER BY ALL"
BOTH = ("forecast", "quota")


def day(number: int, *types: str, **asked: Any) -> Snapshot:
    return snapshot(f"job-{number}", at=ENDED + timedelta(days=number), types=types or ("forecast",), **asked)


def test_each_amount_that_differs_is_one_change(load: Load, path: Path) -> None:
    first = load(document(entry("1:A", quotaValue=5), entry("2:A", forecastValue=2), entry("3:A")), day(1, *BOTH))
    assert first.changes == Changes()
    second = load(document(entry("1:A", quotaValue=6), entry("2:A", forecastValue=3), entry("4:A")), day(2, *BOTH))
    assert second.changes == Changes(changed=2, appeared=1, vanished=1)
    assert ask(path, CHANGES) == [
        ("1:A", "quota", "changed", Decimal("5.00"), Decimal("6.00"), "job-2"),
        ("2:A", "forecast", "changed", Decimal("2.00"), Decimal("3.00"), "job-2"),
        ("3:A", "forecast", "vanished", Decimal("10.50"), None, "job-2"),
        ("4:A", "forecast", "appeared", None, Decimal("10.50"), "job-2"),
    ]


def test_the_same_job_again_tells_the_same_changes_and_writes_none(load: Load, path: Path) -> None:
    load(document(entry(forecastValue=1)), day(1))
    once = load(document(entry(forecastValue=2)), day(2))
    before = dump(path, *STAR, "entry_changes")
    again = load(document(entry(forecastValue=2)), day(2))
    assert (once.changes, again.changes) == (Changes(changed=1), Changes(changed=1))
    assert dump(path, *STAR, "entry_changes") == before


@pytest.mark.parametrize("order", list(permutations([1, 2, 3])))
def test_a_snapshot_that_comes_late_changes_what_its_neighbours_are_compared_with(
    load: Load, path: Path, order: tuple[int, ...]
) -> None:
    for number in order:
        load(document(entry(forecastValue=number * 10)), day(number))
    assert ask(path, "SELECT previous_amount, current_amount, detected_at FROM entry_changes ORDER BY ALL") == [
        (Decimal("10.00"), Decimal("20.00"), (ENDED + timedelta(days=2)).replace(tzinfo=None)),
        (Decimal("20.00"), Decimal("30.00"), (ENDED + timedelta(days=3)).replace(tzinfo=None)),
    ]


def test_an_amount_is_compared_with_the_last_snapshot_that_asked_for_it(load: Load, path: Path) -> None:
    load(document(entry(forecastValue=1, quotaValue=5)), day(1, *BOTH))
    assert load(document(entry(forecastValue=1)), day(2)).changes == Changes()
    assert load(document(entry(forecastValue=1, quotaValue=6)), day(3, *BOTH)).changes == Changes(changed=1)
    assert ask(path, "SELECT type, previous_job_id, job_id FROM entry_changes") == [("quota", "job-1", "job-3")]


def test_snapshots_of_another_week_period_scope_or_currency_are_not_compared(load: Load, path: Path) -> None:
    def asked(number: int, **changed: Any) -> Snapshot:
        usual = day(number)
        return Snapshot(usual.job_id, type(usual.request)(**{**vars(usual.request), **changed}), usual.exported_at)

    load(document(entry()), day(1))
    load(document(entry("2:A", frame="TF:2026-08-12")), day(2))
    load(document(entry("3:A", period="2027_Q2")), asked(3, time_period="2027_Q2"))
    load(document(entry("4:A")), asked(4, scope_id="1::MGR"))
    load(document(entry("5:A")), asked(5, currency="EUR"))
    load(document(entry("6:A")), asked(6, forecast_id="renewals"))
    assert ask(path, CHANGES) == []


def test_zero_is_an_amount_and_null_is_none(load: Load, path: Path) -> None:
    load(document(entry("1:A", forecastValue=0), entry("2:A", forecastValue=None)), day(1))
    assert load(document(entry("1:A", forecastValue=0)), day(2)).changes == Changes()
    load(document(entry("1:A", forecastValue=None), entry("2:A", forecastValue=0)), day(3))
    assert [row[:3] for row in ask(path, CHANGES)] == [
        ("1:A", "forecast", "vanished"),
        ("2:A", "forecast", "appeared"),
    ]


def test_of_jobs_of_one_millisecond_only_the_greater_is_compared_whichever_came_first(load: Load, path: Path) -> None:
    found = []
    for order in permutations(["job-1", "job-2", "job-3"]):
        path.unlink(missing_ok=True)
        for name in order:
            at = ENDED + timedelta(days=name == "job-3")
            load(document(entry(forecastValue=int(name[-1])), entry(f"{name[-1]}:B")), snapshot(name, at=at))
        found.append(dump(path, "entry_changes"))
    assert all(each == found[0] for each in found)
    assert {row[10] for row in found[0]["entry_changes"]} == {"job-2"}


@pytest.mark.parametrize(
    ("before", "after", "per_cent"),
    [
        ("100", "120", "20.0000"),
        ("100", "0", "-100.0000"),
        ("-100", "-50", "50.0000"),
        ("3", "4", "33.3333"),
        ("0", "5", None),
        ("0.01", "9999999999999.99", "99999999999999800.0000"),
        ("-0.01", "9999999999999.99", "100000000000000000.0000"),
    ],
)
def test_the_reference_architectures_table_has_the_change_in_per_cent(
    load: Load, path: Path, before: str, after: str, per_cent: str | None
) -> None:
    load(document(entry(forecastValue=Decimal(before))), day(1))
    load(document(entry(forecastValue=Decimal(after))), day(2))
    assert ask(
        path,
        "SELECT owner_email, time_period, previous_amount, current_amount, change_pct, user_id, field_id,"
        " time_frame_id, currency, forecast_name, detected_at FROM clari_forecast_changes",
    ) == [
        (
            "1@example.com",
            "2027_Q3",
            Decimal(before),
            Decimal(after),
            None if per_cent is None else pytest.approx(Decimal(per_cent), rel=Decimal("1e-14")),
            "1:A",
            "fc_commit",
            "TF:2026-08-05",
            "",
            "net_bookings",
            (ENDED + timedelta(days=2)).replace(tzinfo=None),
        )
    ]


def test_more_than_the_threshold_is_a_swing_and_exactly_the_threshold_is_none(
    load: Load, warehouse: DuckDBWarehouse
) -> None:
    def people(*amounts: str) -> dict[str, Any]:
        return document(*(entry(f"{number}:A", forecastValue=Decimal(each)) for number, each in enumerate(amounts)))

    load(people("100", "100", "100", "0", "-100", "9999999999999.99", "7"), day(1))
    load(people("120", "120.01", "79.99", "0.01", "-120.01", "-9999999999999.99", "7"), day(2))
    swings = warehouse.swings(day(2), Decimal("0.20"))
    assert [swing.user_id for swing in swings] == ["1:A", "2:A", "3:A", "4:A", "5:A"]
    assert (swings[0].previous_amount, swings[0].current_amount) == (Decimal("100.00"), Decimal("120.01"))
    assert warehouse.swings(day(1), Decimal("0.20")) == ()
