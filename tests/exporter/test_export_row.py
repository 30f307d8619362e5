from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from clari_readiness.errors import (
    DocumentRefused,
    ExporterBusy,
    ExportError,
    JobFailed,
    JobTimedOut,
    ReadinessError,
    Unauthorized,
    Unreachable,
)
from clari_readiness.exporter import Exporter, Patience, Step, exclusively, lock_beside, plan
from clari_readiness.model.calendar import FiscalYear
from clari_readiness.model.exports import ExportRequest, JobStatus, Limits
from clari_readiness.model.time import SteppedClock
from tests.exporter.clari import Clari, always, once
from tests.warehouse.documents import ask, document, dump, entry

Run = Callable[..., Exporter]
Of = Callable[..., ExportRequest]


def test_an_export_becomes_rows_under_the_jobs_end_time(run: Run, request_of: Of, path: Path) -> None:
    exported = run().export(request_of())
    assert (exported.loaded.inserted, exported.staged.entries) == (2, 2)
    assert ask(path, "SELECT DISTINCT exported_at, job_id FROM forecast_entries") == [
        (datetime(2026, 9, 1, 6, 0, 30), "job-1")  # noqa: DTZ001 - kept as UTC
    ]


def test_the_raw_file_is_kept_where_it_says(run: Run, request_of: Of, tmp_path: Path) -> None:
    exported = run().export(replace(request_of(), forecast_id="../net/bookings"))
    landed = tmp_path / "landing" / "%2E%2E%2Fnet%2Fbookings" / "2027_Q3" / "job-1.json"
    assert exported.landed.path == landed
    assert landed.stat().st_size == exported.landed.size
    assert list(tmp_path.rglob("*.json")) == [landed]


def test_the_ledger_knows_every_step_and_how_long_it_took(run: Run, request_of: Of) -> None:
    exporter = run()
    exporter.export(request_of())
    (line,) = exporter.warehouse.ledger()
    assert (line.state, line.status, line.job_id, line.entries, line.rounded) == ("loaded", "DONE", "job-1", 2, 0)
    begun = datetime(2026, 9, 1, 6, tzinfo=UTC)
    assert (line.requested_at, line.queued_at, line.started_at) == (begun, begun, begun)
    assert line.finished_at == begun + timedelta(seconds=30)
    assert line.wait_seconds is not None
    assert 30 <= line.wait_seconds < 40
    assert None not in (
        line.queue_seconds,
        line.download_seconds,
        line.load_seconds,
        line.downloaded_at,
        line.loaded_at,
    )
    assert line.polls == 8


def test_another_run_asks_clari_anew_and_adds_a_snapshot(run: Run, request_of: Of, clari: Clari, path: Path) -> None:
    run().export(request_of())
    run().export(request_of())
    assert len(clari.asked) == 2
    assert ask(path, "SELECT count(*) FROM forecast_entries") == [(4,)]
    assert ask(path, "SELECT count(*) FROM current_entries") == [(2,)]


@pytest.mark.parametrize("flag", ["rows_truncated", "cells_truncated"])
def test_a_truncated_job_is_refused_and_its_document_kept_apart(
    run: Run, request_of: Of, clari: Clari, path: Path, tmp_path: Path, flag: str
) -> None:
    run().export(request_of())
    before = dump(path)
    clari.flags = {flag: True}
    with pytest.raises(DocumentRefused, match="truncated"):
        run().export(request_of())
    assert dump(path) == before
    assert ask(path, "SELECT state FROM export_jobs ORDER BY 1") == [("loaded",), ("refused",)]
    kept = tmp_path / "landing" / "quarantine" / "net_bookings" / "2027_Q3" / "job-2.json"
    assert kept.is_file()
    assert not (tmp_path / "landing" / "net_bookings" / "2027_Q3" / "job-2.json").exists()


@pytest.mark.parametrize(
    "refused",
    [
        (document(entry(period="2027_Q4")), "asked for 2027_Q3, and the answer holds 2027_Q4"),
        (document(entry(), entry(period="2027_Q4")), "asked for 2027_Q3, and the answer holds 2027_Q4"),
        ({**document(entry(period="2027_Q4")), "entries": []}, "asked for 2027_Q3, and the answer holds 2027_Q4"),
        ({"entries": []}, "net_bookings 2027_Q3: the export holds no entries"),
        (document(entry(forecastValue="n/a")), r"\$\.entries\[0\]\.forecastValue: expected a number"),
        (document(entry(userId="9:Z"), users=[]), r"\$\.entries\[0\]\.userId"),
        (document(entry(forecastValue=10**14)), "does not fit"),
    ],
)
def test_what_was_not_asked_for_is_refused_and_the_warehouse_is_as_it_was(
    run: Run, request_of: Of, clari: Clari, path: Path, refused: tuple[dict[str, Any], str]
) -> None:
    run().export(request_of())
    before = dump(path)
    answer, says = refused
    clari.document = lambda _: answer
    with pytest.raises(DocumentRefused, match=says):
        run().export(request_of())
    assert dump(path) == before


def test_a_type_that_no_entry_has_is_refused_and_the_unknown_keys_are_named(
    run: Run, request_of: Of, clari: Clari, path: Path
) -> None:
    clari.document = lambda _: document(entry(wonSoFar=7))
    request = request_of("2027_Q3", "forecast", "crm_closed")
    with pytest.raises(DocumentRefused, match=r"crm_closed \(`crmClosed`\); is it one of wonSoFar\?"):
        run().export(request)
    assert not any(dump(path).values())
    run(value_names={"crm_closed": "wonSoFar"}).export(request)
    assert ask(path, "SELECT crm_closed FROM forecast_entries") == [(7,)]


@pytest.mark.parametrize("status", [JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.ABORTED])
def test_a_job_that_ends_badly_is_queued_again_once_and_then_it_is_an_error(
    run: Run, request_of: Of, clari: Clari, path: Path, status: JobStatus
) -> None:
    clari.ends_as, clari.raw = status, {"errorId": "c16a"}
    with pytest.raises(JobFailed, match=rf"job job-2 ended as {status} \(errorId c16a\)"):
        run().export(request_of())
    assert (len(clari.asked), clari.calls["download"], clari.calls["cancel"]) == (2, 0, 0)
    assert not any(dump(path).values())


def test_a_job_that_ends_badly_once_costs_one_more_and_is_loaded(run: Run, request_of: Of, clari: Clari) -> None:
    clari.ends_as_of["job-1"] = JobStatus.FAILED
    events = list(run().export_all([request_of()]))
    assert [event.step for event in events if event.step not in (Step.STATUS, Step.PLANNED)] == [
        Step.QUEUED,
        Step.QUEUED_AGAIN,
        Step.QUEUED,
        Step.DOWNLOADED,
        Step.LOADED,
    ]
    assert events[-1].job_id == "job-2"


def test_a_job_beyond_its_time_is_cancelled_and_queued_again_and_the_next_run_goes_on_with_the_second(
    run: Run, request_of: Of, clari: Clari, clock: SteppedClock
) -> None:
    clari.takes = 700
    with pytest.raises(JobTimedOut) as timed_out:
        run().export(request_of())
    assert clock.monotonic() == 1200
    polls = clari.calls["job"] // 2
    assert str(timed_out.value) == (
        f"job job-2 is still STARTED after 600 s and {polls} polls; raise job_timeout, or look at the job in Clari"
    )
    assert clari.cancelled == ["job-1"]
    assert run().export(request_of()).loaded.inserted == 2
    assert len(clari.asked) == 2


def test_no_requeues_means_none(run: Run, request_of: Of, clari: Clari) -> None:
    clari.ends_as = JobStatus.FAILED
    with pytest.raises(JobFailed, match="job-1"):
        run(patience=Patience(requeues=0)).export(request_of())
    assert len(clari.asked) == 1


def test_what_ended_just_before_it_was_cancelled_is_taken_as_it_ended(run: Run, request_of: Of, clari: Clari) -> None:
    clari.takes = 600.5
    clari.trouble["cancel"] = lambda: clari.clock.sleep(1)
    assert run().export(request_of()).loaded.inserted == 2
    assert (len(clari.asked), clari.cancelled) == (1, [])


def test_polls_grow_apart_gently(run: Run, request_of: Of, clari: Clari, clock: SteppedClock) -> None:
    at: list[float] = []
    clari.trouble["job"] = lambda: at.append(clock.monotonic())
    clari.takes = 100
    run(patience=Patience(timeout=600, first=2, longest=10)).export(request_of())
    gaps = [later - earlier for earlier, later in pairwise(at)]
    assert gaps[0] == 2
    assert gaps == sorted(gaps)
    assert max(gaps) == 10


def test_nobody_is_kept_from_reading_while_a_job_runs(run: Run, request_of: Of, clari: Clari, path: Path) -> None:
    seen: list[Any] = []
    clari.trouble["job"] = lambda: seen.append(ask(path, "SELECT state FROM export_jobs"))
    run().export(request_of())
    assert seen[0] == [("queued",)]


def test_out_of_quota_stops_before_the_first_post(run: Run, request_of: Of, clari: Clari, clock: SteppedClock) -> None:
    clari.limit = Limits(3, 30, 3, 0)
    with pytest.raises(ExportError, match="the quota of 30 exports in 30 days is used up"):
        run().export(request_of())
    assert (clari.calls["queue_export"], clock.monotonic()) == (0, 0)


def test_out_of_quota_that_somebody_else_used_up_meanwhile_stops_all_the_same(
    run: Run, request_of: Of, clari: Clari, path: Path
) -> None:
    clari.trouble["queue_export"] = lambda: setattr(clari, "limit", Limits(3, 30, 3, 0))
    events = list(run().export_all([request_of("2027_Q3"), request_of("2027_Q2")]))
    assert [event.step for event in events[2:]] == [Step.FAILED, Step.FAILED]
    assert clari.calls["queue_export"] == 1
    assert ask(path, "SELECT state FROM export_jobs") == [("failed",)]


def test_too_many_jobs_at_once_wait_for_a_slot(run: Run, request_of: Of, clari: Clari) -> None:
    clari.limit = Limits(1, 30, 0, 20)
    clari.slots_free_at = 95
    assert run().export(request_of()).loaded.inserted == 2
    assert len(clari.asked) == 1


def test_waiting_for_a_slot_ends_with_the_time_out(run: Run, request_of: Of, clari: Clari, clock: SteppedClock) -> None:
    clari.limit = Limits(1, 30, 0, 20)
    clari.slots_free_at = 10_000
    with pytest.raises(JobTimedOut, match="no slot for an export became free within 600 s"):
        run().export(request_of())
    assert 600 <= clock.monotonic() <= 610
    assert not clari.asked


def test_export_all_tells_each_step_and_does_not_stop_at_a_refused_one(
    run: Run, request_of: Of, clari: Clari, path: Path
) -> None:
    clari.document = lambda request: (
        {"entries": []} if request.time_period == "2027_Q2" else document(entry(period=request.time_period))
    )
    events = list(run().export_all([request_of("2027_Q3"), request_of("2027_Q2"), request_of("2027_Q1")]))
    steps = {
        period: [event.step for event in events if event.request.time_period == period]
        for period in ("2027_Q3", "2027_Q2", "2027_Q1")
    }
    good = [Step.PLANNED, Step.QUEUED, Step.STATUS, Step.STATUS, Step.DOWNLOADED, Step.LOADED]
    assert steps == {"2027_Q3": good, "2027_Q2": [*good[:-1], Step.FOUND, Step.REFUSED], "2027_Q1": good}
    assert ask(path, "SELECT DISTINCT time_period_id FROM forecast_entries ORDER BY 1") == [("2027_Q1",), ("2027_Q3",)]


@pytest.mark.parametrize(
    ("error", "tries"),
    [
        (Unauthorized("POST", status=401), 1),
        (Unreachable("api.example.com refused the connection"), 3),
    ],
)
def test_export_all_does_not_try_what_cannot_work(
    run: Run, request_of: Of, clari: Clari, error: ReadinessError, tries: int
) -> None:
    clari.trouble["queue_export"] = always(error)
    events = list(run().export_all([request_of("2027_Q3"), request_of("2027_Q2"), request_of("2027_Q1")]))
    assert [event.step for event in events] == [Step.PLANNED] * 3 + [Step.FAILED] * 3
    assert clari.calls["queue_export"] == tries


def test_a_second_exporter_stops_and_says_who_is_at_work(run: Run, request_of: Of, clari: Clari, path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from clari_readiness.exporter import exclusively\n"
        "with exclusively(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(lock_beside(path))], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(ExporterBusy, match=rf"\(process {holder.pid}\)"):
            run().export(request_of())
        with pytest.raises(ExporterBusy):
            list(run().export_all([request_of()]))
        assert not clari.calls
        holder.kill()
    assert run().export(request_of()).loaded.inserted == 2


def test_the_lock_is_free_again_after_an_error(path: Path) -> None:
    with pytest.raises(KeyError), exclusively(lock_beside(path)):
        raise KeyError
    with exclusively(lock_beside(path)):
        pass


def test_the_plan_is_each_quarter_of_each_forecast_the_newest_first() -> None:
    requests = plan(
        ["net", "renewals"],
        ["forecast", "quota"],
        fiscal_year=FiscalYear(2, "end"),
        today=date(2026, 11, 21),
        history_quarters=4,
    )
    assert len(requests) == 10
    assert [(request.time_period, request.forecast_id) for request in requests[:3]] == [
        ("2027_Q4", "net"),
        ("2027_Q4", "renewals"),
        ("2027_Q3", "net"),
    ]
    assert requests[-1].time_period == "2026_Q4"
    assert {request.types for request in requests} == {("forecast", "quota")}


def test_trouble_on_the_way_is_told_once_and_the_next_run_goes_on(run: Run, request_of: Of, clari: Clari) -> None:
    clari.trouble["download"] = once(Unreachable("api.example.com: the connection was reset"))
    with pytest.raises(Unreachable):
        run().export(request_of())
    assert run().export(request_of()).loaded.inserted == 2
    assert len(clari.asked) == 1
