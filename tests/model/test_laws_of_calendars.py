"""Laws of fiscal calendars: any first month, named after the calendar year in which they start or end."""

from __future__ import annotations

import itertools
import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clari_readiness.model.calendar import FiscalYear, Quarter
from clari_readiness.simulator.organisation.calendar import Calendar

ONE_DAY = timedelta(days=1)
NAMED_AFTER = st.sampled_from(["start", "end"])
fiscal_years = st.builds(FiscalYear, starts=st.integers(1, 12), named_after=NAMED_AFTER)
days = st.dates(date(1010, 1, 1), date(9950, 12, 31))
years = st.integers(1010, 9950)  # far beyond what is needed: there have to be more cases than a soak tries
quarters = st.builds(Quarter, years, st.integers(1, 4))


def spans(year: FiscalYear, quarter: Quarter) -> tuple[date, date]:
    return year.first_day(quarter), year.last_day(quarter)


@given(fiscal_years, years)
def test_law_the_quarters_of_a_year_tile_it_without_gap_or_overlap(year: FiscalYear, named: int) -> None:
    """Law: four quarters of three whole months each, one after the other, from the first month to the last."""
    tiles = [spans(year, Quarter(named, number)) for number in range(1, 5)]
    assert all(earlier[1] + ONE_DAY == later[0] for earlier, later in itertools.pairwise(tiles))
    assert [(first.month - year.starts) % 12 for first, _ in tiles] == [0, 3, 6, 9]
    assert all(first.day == 1 and (last + ONE_DAY).day == 1 for first, last in tiles)
    assert sum((last - first).days + 1 for first, last in tiles) in {365, 366}
    assert tiles[3][1] + ONE_DAY == year.first_day(Quarter(named + 1, 1))


@given(fiscal_years, years)
def test_law_a_year_is_named_after_the_calendar_year_that_it_starts_or_ends_in(year: FiscalYear, named: int) -> None:
    """Law: the name is the calendar year of the first day, or of the last."""
    first, last = year.first_day(Quarter(named, 1)), year.last_day(Quarter(named, 4))
    assert named == (first if year.named_after == "start" else last).year


@given(fiscal_years, days)
def test_law_every_day_is_in_exactly_one_quarter(year: FiscalYear, day: date) -> None:
    """Law: of all the quarters around it, only quarter_of(day) has first day <= day <= last day."""
    around = [Quarter(day.year + later, number) for later in (-2, -1, 0, 1, 2) for number in (1, 2, 3, 4)]
    holding = [quarter for quarter in around if year.first_day(quarter) <= day <= year.last_day(quarter)]
    assert holding == [year.quarter_of(day)]


@given(fiscal_years, quarters)
def test_law_the_first_and_the_last_day_of_a_quarter_are_in_it(year: FiscalYear, quarter: Quarter) -> None:
    """Law: quarter_of undoes first_day and last_day."""
    assert {year.quarter_of(day) for day in spans(year, quarter)} == {quarter}


@given(fiscal_years, years)
def test_law_the_fourth_quarter_and_the_first_meet_at_the_turn_of_a_year(year: FiscalYear, named: int) -> None:
    """Law: the day before a year is in the fourth quarter of the year before, whose next quarter is the first."""
    first, last = Quarter(named, 1), Quarter(named - 1, 4)
    assert year.quarter_of(year.first_day(first) - ONE_DAY) == last
    assert year.quarter_of(year.last_day(last) + ONE_DAY) == first
    assert (first.minus(1), last.minus(-1)) == (last, first)


@given(quarters, st.integers(-40, 40), st.integers(-40, 40))
def test_law_back_and_forth_is_where_it_began_and_steps_add_up(quarter: Quarter, one: int, two: int) -> None:
    """Law: minus(-n) undoes minus(n), minus adds up, and minus nothing changes nothing."""
    assert quarter.minus(one).minus(-one) == quarter
    assert quarter.minus(one).minus(two) == quarter.minus(one + two)
    assert quarter.minus(0) == quarter


@given(fiscal_years, quarters, st.integers(-40, 40))
def test_law_a_quarter_back_is_three_months_back(year: FiscalYear, quarter: Quarter, back: int) -> None:
    """Law: minus counts quarters as the wall calendar counts months."""
    here, there = year.first_day(quarter), year.first_day(quarter.minus(back))
    assert (here.year - there.year) * 12 + here.month - there.month == 3 * back


@given(fiscal_years, quarters, quarters)
def test_law_quarters_are_ordered_as_their_days_and_as_their_names(
    year: FiscalYear, one: Quarter, other: Quarter
) -> None:
    """Law: less, by the names too, is exactly: all of its days are before."""
    assert (one < other) == (year.last_day(one) < year.first_day(other)) == (str(one) < str(other))
    assert (one == other) == (spans(year, one) == spans(year, other)) == (str(one) == str(other))
    assert (one <= other) == (not other < one)


@given(quarters)
def test_law_a_name_reads_back_as_its_quarter(quarter: Quarter) -> None:
    """Law: parse undoes str."""
    assert Quarter.parse(str(quarter)) == quarter


@given(st.from_regex(r"\d{4}_Q[1-4]") | st.from_regex(r"[0-9]{2,5}_?[Qq][0-9 ]{1,2}") | st.text(max_size=8))
def test_law_what_reads_as_a_quarter_is_written_like_one(name: str) -> None:
    """Law: str undoes parse, and everything else is refused by name."""
    if re.fullmatch("[0-9]{4}_Q[1234]", name):
        assert str(Quarter.parse(name)) == name
    else:
        with pytest.raises(ValueError, match=re.escape(repr(name))):
            Quarter.parse(name)


@given(fiscal_years, days, st.integers(0, 20))
def test_law_history_is_the_current_quarter_and_so_many_before_it(year: FiscalYear, day: date, back: int) -> None:
    """Law: history has back + 1 quarters, the newest first, each the one before its predecessor."""
    history = year.history(day, back)
    assert history[0] == year.quarter_of(day)
    assert len(history) == back + 1
    assert all(later.minus(1) == earlier for later, earlier in itertools.pairwise(history))


@given(fiscal_years, days, st.integers(1, 40))
def test_law_a_window_of_so_many_quarters_ends_with_the_one_that_the_day_is_in(
    year: FiscalYear, day: date, quarters: int
) -> None:
    """Law: a window holds exactly the history of the day, as many quarters as it is long, and begins with its first."""
    window = year.window(day, quarters)
    assert year.history(day, quarters - 1)[-1] == window.first == year.quarter_of(window.begins)
    assert window.begins == year.first_day(window.first)
    assert not window.is_past(str(window.first))
    assert window.is_past(str(window.first.minus(1)))
    assert not window.is_past(str(year.quarter_of(day).minus(-1)))


@given(fiscal_years, days, st.integers(0, 6))
def test_law_a_week_that_straddles_lies_in_both_quarters(year: FiscalYear, day: date, week_starts: int) -> None:
    """Law: the quarters that list a week are those that its days are in (F14), by two calendars that share no line."""
    calendar = Calendar(year.starts, year.named_after, week_starts)
    current = year.quarter_of(day)
    periods = {
        quarter: calendar.period_of(year.first_day(quarter))
        for quarter in (current.minus(1), current, current.minus(-1))
    }
    assert {str(quarter) for quarter in periods} == {period.name for period in periods.values()}
    for week in calendar.weeks(periods[current]):
        inside = {year.quarter_of(week.first + number * ONE_DAY) for number in range(7)}
        listed = {
            quarter
            for quarter, period in periods.items()
            if week.frame_id in {each.frame_id for each in calendar.weeks(period)}
        }
        assert listed == inside, week


@pytest.mark.parametrize("starts", range(1, 13))
def test_any_year_has_a_week_that_straddles(starts: int) -> None:
    """What the law of straddling weeks is about does happen, in each of the twelve years."""
    year = FiscalYear(starts)
    mondays = [date(2026, 1, 5) + timedelta(days=7 * number) for number in range(52)]
    assert any(year.quarter_of(monday) != year.quarter_of(monday + 6 * ONE_DAY) for monday in mondays)
