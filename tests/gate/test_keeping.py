"""What ought to be in a warehouse, told from what is there and from what was loaded."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clari_readiness.gate.grain import lacks
from clari_readiness.gate.keeping import Kept, shortened
from clari_readiness.model.calendar import Quarter, Window
from tests.strategies import quarters

CURRENT = Quarter(2027, 4)
WINDOW = Window(Quarter(2026, 1), date(2025, 2, 1))
NOTHING = Kept({})


def kept(*periods: str, forecast: str = "net") -> Kept:
    return Kept.of({"forecast_name": forecast, "time_period": period} for period in periods)


def gaps(here: Kept, loaded: Kept = NOTHING) -> list[str]:
    return here.gaps(["net"], loaded, WINDOW, CURRENT)


def test_what_lies_before_the_window_is_named_in_order_and_the_first_of_the_window_does_not() -> None:
    assert kept("2026_Q1", "2025_Q4", "2024_Q1", "1999").before(WINDOW) == ["2024_Q1 of net", "2025_Q4 of net"]
    assert kept("2026_Q1", "2028_Q2").before(WINDOW) == []


def test_a_period_that_is_not_named_like_a_quarter_is_told_apart() -> None:
    found = Kept.of([{"forecast_name": "net", "time_period": period} for period in ("2027_Q4", "1999", None)])
    assert found.others == ("1999 of net", "None of net")
    assert found.of_forecast("net") == {CURRENT}
    assert found.of_forecast("other") == frozenset()


@pytest.mark.parametrize(
    ("here", "told"),
    [
        (("2027_Q4", "2027_Q3", "2027_Q2"), []),
        (("2027_Q4", "2027_Q2"), ["2027_Q3 of net is missing between 2027_Q2 and 2027_Q4"]),
        (("2027_Q4", "2025_Q3"), []),  # what lies before the window may have gaps
        (("2026_Q2", "2026_Q3"), []),  # nobody knows what was after the newest
        (("2027_Q4", "2028_Q2"), []),  # later quarters come as they like
        (("2027_Q3", "2028_Q1"), ["2027_Q4 of net is missing between 2027_Q3 and 2028_Q1"]),
        ((), []),
    ],
)
def test_without_a_ledger_what_is_missing_lies_between_the_first_and_the_newest(
    here: tuple[str, ...], told: list[str]
) -> None:
    assert gaps(kept(*here)) == told


@pytest.mark.parametrize(
    ("loaded", "told"),
    [
        (("2027_Q4", "2027_Q3"), []),
        (("2027_Q2",), ["2027_Q2 of net was loaded and is gone"]),
        (("2028_Q1",), ["2028_Q1 of net was loaded and is gone"]),
        (("2025_Q4",), []),  # it had to go
        (
            ("2027_Q1",),
            [
                "2027_Q1 of net was loaded and is gone",
                "2027_Q2 of net is missing between 2027_Q1 and 2027_Q4",
            ],
        ),
    ],
)
def test_what_the_ledger_says_was_loaded_in_the_window_must_be_there(loaded: tuple[str, ...], told: list[str]) -> None:
    assert gaps(kept("2027_Q4", "2027_Q3"), kept(*loaded)) == told


def test_a_forecast_of_which_nothing_is_left_is_missing_what_was_loaded() -> None:
    assert gaps(NOTHING, kept("2027_Q4")) == ["2027_Q4 of net was loaded and is gone"]
    assert gaps(kept("2027_Q4", forecast="other"), kept("2027_Q4")) == ["2027_Q4 of net was loaded and is gone"]


def since(period: str, day: int, hour: int = 6) -> dict[str, object]:
    return {
        "forecast_name": "net",
        "time_period": period,
        "first_exported_at": datetime(2026, 8, day, hour, tzinfo=UTC),
    }


@pytest.mark.parametrize(
    ("here", "loaded", "told"),
    [
        (since("2027_Q3", 3), since("2027_Q3", 3), []),
        (since("2027_Q3", 4), since("2027_Q3", 3), []),  # a day is granted, and no more
        (since("2027_Q3", 1), since("2027_Q3", 3), []),
        (since("2025_Q3", 9), since("2025_Q3", 3), []),  # before the window
        (since("2027_Q2", 9), since("2027_Q3", 3), []),  # gone as a whole, which is told elsewhere
        (
            since("2027_Q3", 4, 7),
            since("2027_Q3", 3),
            ["exports of 2027_Q3 of net from 2026-08-03 on were loaded, and those before 2026-08-04 are gone"],
        ),
    ],
)
def test_a_quarter_that_begins_later_than_it_was_loaded_has_lost_its_oldest_exports(
    here: dict[str, object], loaded: dict[str, object], told: list[str]
) -> None:
    assert list(shortened([here], [loaded], WINDOW)) == told


@given(st.sets(quarters(), min_size=1), quarters())
def test_law_a_row_of_quarters_without_a_hole_has_no_gap_and_taking_one_from_its_middle_makes_one(
    found: set[Quarter], first: Quarter
) -> None:
    """Law: the gaps are exactly the quarters taken from inside, whatever lies before the window."""
    window = Window(first, date.min)
    row = {quarter for quarter in _row(min(found), max(found)) if quarter >= first}
    whole = Kept({"net": frozenset(row)})
    assert whole.gaps(["net"], NOTHING, window, max(found)) == []
    for gone in sorted(row)[1:-1]:
        told = Kept({"net": frozenset(row - {gone})}).gaps(["net"], NOTHING, window, max(found))
        assert told == [f"{gone} of net is missing between {min(row)} and {max(row)}"]


def _row(first: Quarter, last: Quarter) -> list[Quarter]:
    length = (last.year - first.year) * 4 + last.number - first.number
    return [first.minus(-number) for number in range(length + 1)]


@pytest.mark.parametrize(
    ("grain", "told"),
    [
        ((), ""),
        (("time_period", "user_id"), ""),
        (("time_period", "owner_email", "time_frame_id"), ""),
        (("time_period",), "the person"),
        (("owner_name",), "the period"),
        (("job_id",), "the period and the person"),
    ],
)
def test_a_grain_needs_the_period_and_the_person(grain: tuple[str, ...], told: str) -> None:
    assert lacks(grain) == told
