from __future__ import annotations

from datetime import date

import pytest

from clari_readiness.model.calendar import FiscalYear, Quarter


@pytest.mark.parametrize(
    ("starts", "named_after", "day", "name"),
    [
        (2, "end", date(2026, 11, 21), "2027_Q4"),
        (2, "end", date(2026, 2, 1), "2027_Q1"),
        (2, "end", date(2026, 1, 31), "2026_Q4"),
        (2, "start", date(2026, 11, 21), "2026_Q4"),
        (2, "start", date(2026, 1, 31), "2025_Q4"),
        (1, "end", date(2026, 11, 21), "2026_Q4"),
        (1, "start", date(2026, 1, 1), "2026_Q1"),
        (12, "end", date(2028, 2, 29), "2028_Q1"),
        (12, "end", date(2027, 12, 1), "2028_Q1"),
        (12, "end", date(2027, 11, 30), "2027_Q4"),
    ],
)
def test_a_day_is_in_the_quarter_that_a_calendar_on_the_wall_shows(
    starts: int, named_after: str, day: date, name: str
) -> None:
    assert str(FiscalYear(starts, named_after).quarter_of(day)) == name  # type: ignore[arg-type]


def test_a_year_that_starts_in_january_has_one_name_whichever_way_it_is_named() -> None:
    assert FiscalYear(1, "start").quarter_of(date(2026, 6, 1)) == FiscalYear(1, "end").quarter_of(date(2026, 6, 1))


def test_the_last_day_of_a_quarter_that_ends_in_february_follows_leap_years() -> None:
    year = FiscalYear(12, "end")
    assert year.last_day(Quarter(2027, 1)) == date(2027, 2, 28)
    assert year.last_day(Quarter(2028, 1)) == date(2028, 2, 29)


@pytest.mark.parametrize(
    "name", ["2027_Q5", "2027_Q0", "27_Q1", "2027Q1", "2027_q1", "2027_Q1 ", "2027_Q1\n", "٢٠٢٧_Q1", ""]
)
def test_what_is_no_name_of_a_quarter_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="2027_Q4"):
        Quarter.parse(name)


@pytest.mark.parametrize("starts", [0, 13, -1])
def test_a_fiscal_year_starts_in_no_month_but_1_to_12(starts: int) -> None:
    with pytest.raises(ValueError, match="1 to 12"):
        FiscalYear(starts)


@pytest.mark.parametrize("name", ["1999", "2001_Q0", "2001_Q5", "01_Q1", "", "2001_q1"])
def test_of_what_is_not_named_like_a_quarter_no_window_says_that_it_is_past(name: str) -> None:
    assert not FiscalYear().window(date(2026, 11, 21), 8).is_past(name)
