"""What a run asks for, how much of it at once, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clari_readiness.environments import Environment, load
from clari_readiness.errors import ExportError, JobTimedOut, Unreachable
from clari_readiness.exporter import Exporter, Schedule, Step, due_by_now, overdue_before, window_of
from clari_readiness.model.calendar import FiscalYear
from clari_readiness.model.exports import ExportRequest, JobStatus, Limits
from clari_readiness.model.time import SteppedClock
from tests.exporter.clari import Clari, Killed, always, lost, once
from tests.warehouse.documents import ask, dump

Run = Callable[..., Exporter]
Of = Callable[..., ExportRequest]

FIVE = ("2027_Q3", "2027_Q2", "2027_Q1", "2026_Q4", "2026_Q3")
SCHEDULE = Schedule(fiscal_year=FiscalYear(2, "end"))


@pytest.fixture
def five(request_of: Of) -> list[ExportRequest]:
    return [request_of(period) for period in FIVE]


def steps(events: Any, *wanted: Step) -> list[Step]:
    return [event.step for event in events if event.step in wanted]


def test_the_cost_is_told_before_the_first_post(run: Run, clari: Clari, five: list[ExportRequest]) -> None:
    events = run().export_all(five)
    planned = [next(events) for _ in range(5)]
    assert {event.step for event in planned} == {Step.PLANNED}
    assert clari.calls["queue_export"] == 0
    assert str(planned[0].cost) == "5 jobs of a quota of 30 in 30 days, of which 30 are left, 0 in reserve"
    events.close()


@pytest.mark.parametrize("slots", [1, 2, 3, 5])
def test_as_many_jobs_run_at_once_as_there_are_free_slots_and_never_more(
    run: Run, clari: Clari, five: list[ExportRequest], slots: int
) -> None:
    clari.limit = Limits(5, 30, slots, 30)
    at_once: list[int] = []
    clari.trouble["after:queue_export"] = lambda: at_once.append(clari.running())
    ends = [event.step for event in run().export_all(five) if event.step.last]
    assert ends == [Step.LOADED] * 5
    assert max(at_once) == slots


def test_five_jobs_at_once_take_hardly_longer_than_one(
    run: Run, clari: Clari, clock: SteppedClock, five: list[ExportRequest]
) -> None:
    clari.limit = Limits(5, 30, 5, 30)
    clari.takes = 100
    list(run().export_all(five))
    assert 100 <= clock.monotonic() < 120


def test_nothing_is_queued_while_an_answer_is_looked_for(run: Run, clari: Clari, five: list[ExportRequest]) -> None:
    clari.limit = Limits(5, 30, 5, 30)
    clari.trouble["queue_export"] = once(lost())
    told = [(event.step, event.request.time_period) for event in run().export_all(five)]
    assert told[5:7] == [(Step.WAITING, FIVE[0]), (Step.QUEUED, FIVE[0])]
    assert [request.time_period for _, request in clari.asked] == list(FIVE)


def test_twice_a_day_spends_nothing_the_second_time(
    run: Run, clari: Clari, clock: SteppedClock, five: list[ExportRequest], path: Path
) -> None:
    list(run().export_all(five))
    before, asked = dump(path), clari.calls.copy()
    clock.sleep(3 * 3600)
    assert [event.step for event in run().export_all(five)] == [Step.REUSED] * 5
    assert clari.calls == asked
    assert dump(path) == before


def test_anew_asks_again_whatever_is_there(run: Run, clari: Clari, five: list[ExportRequest]) -> None:
    list(run().export_all(five[:1]))
    assert steps(run().export_all(five[:1], anew=True), Step.LOADED) == [Step.LOADED]
    assert len(clari.asked) == 2


def test_the_next_morning_only_the_current_quarter_is_due_even_a_little_early(
    run: Run, clock: SteppedClock, five: list[ExportRequest]
) -> None:
    list(run(schedule=SCHEDULE).export_all(five))
    clock.sleep(86_400 - clock.monotonic() - 60)
    ends = {
        event.request.time_period: event.step for event in run(schedule=SCHEDULE).export_all(five) if event.step.last
    }
    assert ends == {FIVE[0]: Step.LOADED, **dict.fromkeys(FIVE[1:], Step.REUSED)}


def test_after_a_week_all_are_due_again(run: Run, clock: SteppedClock, five: list[ExportRequest]) -> None:
    list(run(schedule=SCHEDULE).export_all(five))
    clock.sleep(7 * 86_400 - clock.monotonic())
    assert steps(run(schedule=SCHEDULE).export_all(five), Step.LOADED) == [Step.LOADED] * 5


@pytest.mark.parametrize(
    ("loaded", "now", "due"),
    [
        ("2026-10-31T23:59", "2026-11-01T00:01", True),
        ("2026-10-31T06:00", "2026-11-01T06:00", True),  # ended since: due as if it were the current one
        ("2026-11-01T06:00", "2026-11-02T06:00", True),  # its last week could still change
        ("2026-11-02T06:00", "2026-11-03T06:00", False),
        ("2026-11-02T06:00", "2026-11-09T05:00", True),
    ],
)
def test_when_a_quarter_that_ended_in_october_is_due(request_of: Of, loaded: str, now: str, *, due: bool) -> None:
    moments = [datetime.fromisoformat(f"{at}+00:00") for at in (loaded, now)]
    assert SCHEDULE.is_due(request_of("2027_Q3"), *moments) is due


def test_a_period_that_is_no_quarter_is_due_as_the_current_one(request_of: Of) -> None:
    moments = [datetime(2026, 11, day, 6, tzinfo=UTC) for day in (2, 3)]
    assert SCHEDULE.is_due(request_of("2027_M3"), *moments)


def test_hourly_is_by_the_hour_and_never_is_never(request_of: Of) -> None:
    hourly = Schedule(current=timedelta(hours=1), past=None, fiscal_year=FiscalYear(2, "end"))
    at = datetime(2026, 9, 1, 6, 59, tzinfo=UTC)
    assert hourly.is_due(request_of("2027_Q3"), at, at + timedelta(minutes=2))
    assert not hourly.is_due(request_of("2027_Q3"), at - timedelta(minutes=58), at)
    assert not hourly.is_due(request_of("2026_Q3"), at, at + timedelta(days=400))
    assert hourly.is_due(request_of("2026_Q3"), None, at)


def test_other_types_are_another_request(run: Run, request_of: Of, clari: Clari) -> None:
    list(run().export_all([request_of("2027_Q3", "forecast")]))
    clari.document = lambda request: {**Clari.document(request), "entries": []}
    list(run().export_all([request_of("2027_Q3", "forecast", "quota")]))
    assert len(clari.asked) == 2


def test_the_reserve_is_never_touched_and_the_newest_come_first(
    run: Run, clari: Clari, five: list[ExportRequest]
) -> None:
    clari.limit = Limits(3, 30, 3, 5)  # 3 of 30 are the reserve
    events = [event for event in run(quota_reserve=0.1).export_all(five) if event.step.last]
    ends = {event.request.time_period: event.step for event in events}
    assert ends == {**dict.fromkeys(FIVE[:2], Step.LOADED), **dict.fromkeys(FIVE[2:], Step.FAILED)}
    assert clari.calls["queue_export"] == 2
    error = next(event.error for event in events if event.error)
    assert isinstance(error, ExportError)
    assert "3 exports of 30 in 30 days are left, and 3 are kept in reserve" in str(error)


def test_a_second_try_is_not_made_out_of_the_reserve(run: Run, request_of: Of, clari: Clari) -> None:
    clari.limit = Limits(3, 30, 3, 4)
    clari.ends_as = JobStatus.FAILED
    assert steps(run(quota_reserve=0.1).export_all([request_of()]), Step.FAILED) == [Step.FAILED]
    assert len(clari.asked) == 1


def test_what_is_left_behind_is_gone_on_with_before_anything_new_is_asked(
    run: Run, request_of: Of, clari: Clari, five: list[ExportRequest]
) -> None:
    clari.trouble["after:queue_export"] = once(Killed())
    with pytest.raises(Killed):
        run().export(request_of(FIVE[3]))
    events = list(run().export_all(five))
    queued = [event.request.time_period for event in events if event.step is Step.QUEUED]
    assert queued == [FIVE[3], *FIVE[:3], FIVE[4]]
    assert len(clari.asked) == 5


@pytest.mark.parametrize("at", ["queue_export", "after:queue_export", "job", "download", "after:download"])
def test_killed_with_several_jobs_under_way_the_next_run_queues_none_twice(
    run: Run, clari: Clari, five: list[ExportRequest], path: Path, at: str
) -> None:
    calls = iter(range(1000))

    def third_time() -> None:
        if next(calls) == 2:
            raise Killed

    clari.trouble[at] = third_time
    with pytest.raises(Killed):
        list(run().export_all(five))
    ends = [event.step for event in run().export_all(five) if event.step.last]
    assert all(step.good for step in ends)
    assert sorted(request.time_period for _, request in clari.asked) == sorted(FIVE)
    assert ask(path, "SELECT count(DISTINCT time_period_id) FROM forecast_entries") == [(5,)]


def test_what_is_left_behind_is_gone_on_with_even_where_an_earlier_export_is_recent_enough(
    run: Run, clari: Clari, five: list[ExportRequest]
) -> None:
    list(run().export_all(five[:1]))
    clari.trouble["job"] = once(Killed())
    with pytest.raises(Killed):
        list(run().export_all(five[:1], anew=True))
    assert steps(run().export_all(five[:1]), Step.RESUMED, Step.LOADED) == [Step.RESUMED, Step.LOADED]
    assert len(clari.asked) == 2


def test_one_that_never_ends_does_not_keep_the_others(run: Run, clari: Clari, five: list[ExportRequest]) -> None:
    clari.takes_of["job-1"] = clari.takes_of["job-6"] = 100_000
    ends = {event.request.time_period: event for event in run().export_all(five) if event.step.last}
    assert [ends[period].step for period in FIVE] == [Step.FAILED, *[Step.LOADED] * 4]
    assert isinstance(ends[FIVE[0]].error, JobTimedOut)
    assert clari.cancelled == ["job-1"]


def test_without_the_limits_nothing_is_asked(run: Run, clari: Clari, five: list[ExportRequest]) -> None:
    clari.trouble["limits"] = always(Unreachable("api.example.com refused the connection"))
    assert [event.step for event in run().export_all(five)] == [Step.FAILED] * 5
    assert clari.calls["queue_export"] == 0


def test_the_same_request_twice_is_one(run: Run, request_of: Of, clari: Clari) -> None:
    assert steps(run().export_all([request_of(), replace(request_of())]), Step.LOADED) == [Step.LOADED]
    assert len(clari.asked) == 1


@pytest.mark.parametrize(
    ("now", "overdue"),
    [
        (datetime(2026, 10, 31, 23, 59, tzinfo=UTC), "2027_Q2"),
        (datetime(2026, 11, 1, 0, 1, tzinfo=UTC), "2027_Q2"),
        (datetime(2026, 11, 1, 23, 59, tzinfo=UTC), "2027_Q2"),
        (datetime(2026, 11, 2, 0, 1, tzinfo=UTC), "2027_Q3"),
    ],
)
def test_what_leaves_the_window_at_midnight_has_until_the_end_of_the_day_to_go(
    now: datetime, overdue: str, tmp_path: Path
) -> None:
    environment = _environment(tmp_path)
    assert str(overdue_before(environment, SteppedClock(now)).first) == overdue
    assert str(window_of(environment, SteppedClock(now)).first) == ("2027_Q2" if now.month == 10 else "2027_Q3")


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 10, 31, 23, 59, tzinfo=UTC), ["2027_Q3", "2027_Q2"]),
        (datetime(2026, 11, 1, 0, 1, tzinfo=UTC), ["2027_Q3"]),
        (datetime(2026, 11, 1, 23, 59, tzinfo=UTC), ["2027_Q3"]),
        (datetime(2026, 11, 2, 0, 1, tzinfo=UTC), ["2027_Q4", "2027_Q3"]),
    ],
)
def test_a_quarter_that_begins_at_midnight_has_until_the_end_of_the_day_to_be_exported(
    now: datetime, due: list[str], tmp_path: Path
) -> None:
    assert [str(quarter) for quarter in due_by_now(_environment(tmp_path), SteppedClock(now))] == due


def _environment(directory: Path) -> Environment:
    settings = directory / "clari-readiness.toml"
    settings.write_text(
        'default = { forecasts = ["f"], fiscal_year = { starts = "02", named_after = "end" }, history_quarters = 1, '
        'retention_quarters = 2 }\n[env.simulated]\napi = { key = "fixture://simulated" }\n'
    )
    return load(settings, environ={}).get("simulated")
