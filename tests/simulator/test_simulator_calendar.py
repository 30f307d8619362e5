"""Laws of the simulator's calendar, for any fiscal year."""

import itertools
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from clari_readiness.simulator.organisation.calendar import Calendar

calendars = st.builds(Calendar, st.integers(1, 12), st.sampled_from(["start", "end"]), st.integers(0, 6))
days = st.dates(date(1990, 1, 1), date(2090, 1, 1))


@given(calendars, days)
def test_law_every_day_is_in_the_quarter_that_is_named_for_it(calendar, day):
    period = calendar.period_of(day)
    assert period.first <= day <= period.last
    assert calendar.named(period.name) == period


@given(calendars, days)
def test_law_quarters_follow_each_other_without_a_gap(calendar, day):
    period = calendar.period_of(day)
    following = calendar.period_of(period.last + timedelta(days=1))
    assert following.first == period.last + timedelta(days=1)
    assert (following.number - period.number) % 4 == 1


@given(calendars, days)
def test_law_a_fiscal_year_begins_in_its_month_and_is_named_after_its_start_or_its_end(calendar, day):
    period = calendar.period_of(day)
    first = calendar.named(f"{period.year}_Q1").first
    last = calendar.named(f"{period.year}_Q4").last
    assert (first.month, first.day) == (calendar.starts, 1)
    assert period.year == (first if calendar.named_after == "start" else last).year


@given(calendars, days)
def test_law_the_weeks_of_a_quarter_cover_it_and_reach_at_most_six_days_beyond(calendar, day):
    period = calendar.period_of(day)
    weeks = calendar.weeks(period)
    assert [week.ordinal for week in weeks] == list(range(len(weeks)))
    assert all(later.first - earlier.first == timedelta(days=7) for earlier, later in itertools.pairwise(weeks))
    assert timedelta(0) <= period.first - weeks[0].first <= timedelta(days=6)
    assert timedelta(0) <= weeks[-1].last - period.last <= timedelta(days=6)
    assert {week.first.weekday() for week in weeks} == {calendar.week_starts}


@given(calendars, st.text(max_size=8))
def test_law_what_is_not_the_name_of_a_quarter_names_none(calendar, text):
    named = calendar.named(text)
    assert named is None or named.name == text
