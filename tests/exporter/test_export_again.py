"""What a run makes of what an earlier one left behind, whatever stopped it and wherever."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from clari_readiness.errors import (
    AmbiguousJob,
    AnswerLost,
    DeadlineExceeded,
    Refused,
    ServerFault,
    Unreadable,
    WarehouseError,
)
from clari_readiness.exporter import Exporter, Step
from clari_readiness.model.exports import ExportRequest, Job, JobStatus
from clari_readiness.model.time import SteppedClock
from clari_readiness.warehouse import DuckDBWarehouse, loading
from tests.exporter.clari import Clari, Killed, always, lost, once
from tests.warehouse.documents import ask, dump

Run = Callable[..., Exporter]
Of = Callable[..., ExportRequest]


@pytest.mark.parametrize("step", ["queue_export", "after:queue_export", "job", "download", "after:download"])
def test_killed_on_the_way_the_next_run_ends_it_with_one_job(
    run: Run, request_of: Of, clari: Clari, path: Path, step: str
) -> None:
    clari.trouble[step] = once(Killed())
    with pytest.raises(Killed):
        run().export(request_of())
    assert not any(dump(path).values())
    assert run().export(request_of()).loaded.inserted == 2
    assert len(clari.asked) == 1
    assert ask(path, "SELECT state, job_id FROM export_jobs") == [("loaded", "job-1")]


@pytest.mark.parametrize("killed_after", [("stage", 0), ("load", 2)])
def test_killed_after_staging_or_loading_the_next_run_leaves_what_one_leaves(
    run: Run, request_of: Of, path: Path, monkeypatch: pytest.MonkeyPatch, killed_after: tuple[str, int]
) -> None:
    method, rows = killed_after
    whole = getattr(DuckDBWarehouse, method)

    def killed(*args: object) -> None:
        whole(*args)
        raise Killed

    monkeypatch.setattr(DuckDBWarehouse, method, killed)
    with pytest.raises(Killed):
        run().export(request_of())
    assert len(dump(path)["forecast_entries"]) == rows
    monkeypatch.undo()
    assert run().export(request_of()).loaded.inserted == 2 - rows
    assert ask(path, "SELECT count(*), any_value(state) FROM export_jobs") == [(1, "loaded")]
    assert len(dump(path)["forecast_entries"]) == 2


KILLED_WHILE_LOADING = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from clari_readiness.model.time import SteppedClock
from clari_readiness.warehouse import DuckDBWarehouse, loading
from tests.warehouse.conftest import ByContract
from tests.warehouse.documents import document, entry, land, snapshot

def until_killed(whole):
    def asked(name, *parts):
        if name == sys.argv[2]:
            os.kill(os.getpid(), signal.SIGKILL)
        return whole(name, *parts)
    return asked
loading.statement, loading.render = until_killed(loading.statement), until_killed(loading.render)
path = Path(sys.argv[1])
warehouse = DuckDBWarehouse(path, SteppedClock(datetime(2026, 9, 1, tzinfo=UTC)))
later = datetime(2026, 9, 2, tzinfo=UTC)
staged = warehouse.stage(land(path.parent, document(entry(), entry("3:A"))), ByContract(), {})
warehouse.load(snapshot("job-9", at=later), staged)
"""


@pytest.mark.parametrize("at", ["load_fields", "load_entries", "load_snapshots"])
def test_kill_9_in_the_middle_of_loading_leaves_every_table_as_it_was(
    run: Run, request_of: Of, path: Path, at: str
) -> None:
    run().export(request_of())
    before = dump(path)
    ended = subprocess.run([sys.executable, "-c", KILLED_WHILE_LOADING, str(path), at], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert dump(path) == before
    assert run().export(request_of()).loaded.inserted == 2


def test_an_error_in_the_middle_of_loading_leaves_every_table_as_it_was(
    run: Run, request_of: Of, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run().export(request_of())
    before = dump(path)
    whole = loading.render
    monkeypatch.setattr(loading, "render", lambda name, of: "nonsense" if name == "load_snapshots" else whole(name, of))
    with pytest.raises(WarehouseError, match="the warehouse refused the change"):
        run().export(request_of())
    assert dump(path) == before


@pytest.mark.parametrize(
    "error",
    [lost(), DeadlineExceeded("60 s passed"), Unreadable("cut short"), ServerFault("POST", status=502)],
)
def test_a_lost_answer_is_settled_by_the_one_unknown_job(
    run: Run, request_of: Of, clari: Clari, error: Exception
) -> None:
    clari.trouble["after:queue_export"] = once(error)
    events = list(run().export_all([request_of()]))
    assert [event.step for event in events][:3] == [Step.PLANNED, Step.WAITING, Step.QUEUED]
    assert events[-1].step is Step.LOADED
    assert (clari.calls["queue_export"], len(clari.asked)) == (1, 1)


def test_a_lost_answer_without_a_job_allows_one_more_post(run: Run, request_of: Of, clari: Clari) -> None:
    clari.trouble["queue_export"] = once(lost())
    assert run().export(request_of()).loaded.inserted == 2
    assert (clari.calls["queue_export"], len(clari.asked)) == (2, 1)


def test_a_job_that_shows_up_late_is_still_found(run: Run, request_of: Of, clari: Clari, clock: SteppedClock) -> None:
    clari.trouble["after:queue_export"] = once(lost())
    shown = clari.jobs
    clari.jobs = lambda: [] if clock.monotonic() < 10 else shown()  # type: ignore[method-assign]
    assert run().export(request_of()).loaded.inserted == 2
    assert clari.calls["queue_export"] == 1


def test_answers_lost_for_ever_end_after_two_posts_and_the_next_run_looks_again(
    run: Run, request_of: Of, clari: Clari
) -> None:
    clari.trouble["queue_export"] = always(lost())
    with pytest.raises(AnswerLost):
        run().export(request_of())
    assert clari.calls["queue_export"] == 2
    clari.trouble.clear()
    assert run().export(request_of()).loaded.inserted == 2
    assert len(clari.asked) == 1


def test_of_several_unknown_jobs_none_is_taken(
    run: Run, request_of: Of, clari: Clari, clock: SteppedClock, path: Path
) -> None:
    def meanwhile() -> None:
        clari.others.append(Job("other-1", JobStatus.STARTED, start_time=clock.now()))
        raise lost()

    clari.trouble["after:queue_export"] = meanwhile
    with pytest.raises(AmbiguousJob, match="job-1, other-1"):
        run().export(request_of())
    assert clari.calls["download"] == 0
    assert not any(dump(path).values())


def test_jobs_known_before_and_jobs_begun_before_are_not_taken_for_ours(
    run: Run, request_of: Of, clari: Clari, clock: SteppedClock
) -> None:
    clari.others.append(Job("known", JobStatus.STARTED, start_time=clock.now()))

    def meanwhile() -> None:
        clari.others.append(Job("old", JobStatus.DONE, start_time=clock.now() - timedelta(hours=1)))
        once_lost()

    once_lost = once(lost())
    clari.trouble["queue_export"] = meanwhile
    assert run().export(request_of()).loaded.inserted == 2
    assert [job_id for job_id, _ in clari.asked] == ["job-1"]


def test_a_lost_answer_is_not_settled_by_another_requests_job(run: Run, request_of: Of, clari: Clari) -> None:
    clari.trouble["after:queue_export"] = once(Killed())
    with pytest.raises(Killed):
        run().export(request_of("2027_Q3"))
    run().export(request_of("2027_Q3"))
    clari.trouble["queue_export"] = once(lost())
    run().export(request_of("2027_Q2"))
    assert [request.time_period for _, request in clari.asked] == ["2027_Q3", "2027_Q2"]


def test_a_job_that_is_gone_is_not_asked_about_for_ever(run: Run, request_of: Of, clari: Clari) -> None:
    clari.trouble["job"] = once(Killed())
    with pytest.raises(Killed):
        run().export(request_of())
    clari.forget("job-1")
    with pytest.raises(Refused, match="404"):
        run().export(request_of())
    assert run().export(request_of()).loaded.inserted == 2


def test_what_was_left_behind_for_more_than_a_day_is_asked_anew(
    run: Run, request_of: Of, clari: Clari, clock: SteppedClock, path: Path
) -> None:
    clari.trouble["job"] = once(Killed())
    with pytest.raises(Killed):
        run().export(request_of())
    clock.sleep(timedelta(days=1).total_seconds())
    run().export(request_of())
    assert len(clari.asked) == 2
    assert ask(path, "SELECT state FROM export_jobs ORDER BY requested_at") == [("failed",), ("loaded",)]


def test_the_wait_for_a_job_that_a_later_run_goes_on_with_is_counted_from_its_post(
    run: Run, request_of: Of, clari: Clari, clock: SteppedClock, path: Path
) -> None:
    clari.trouble["job"] = once(Killed())
    with pytest.raises(Killed):
        run().export(request_of())
    clock.sleep(3600)
    run().export(request_of())
    assert ask(path, "SELECT wait_seconds, polls FROM export_jobs") == [(3600.0, 1)]


def test_a_job_whose_answer_was_lost_was_queued_from_the_request_until_it_was_found(
    run: Run, request_of: Of, clari: Clari, clock: SteppedClock, path: Path
) -> None:
    clari.trouble["after:queue_export"] = once(Killed())
    with pytest.raises(Killed):
        run().export(request_of())
    clock.sleep(600)
    run().export(request_of())
    spans = "queue_seconds, epoch(queued_at - requested_at), wait_seconds >= 0"
    assert ask(path, f"SELECT {spans} FROM export_jobs") == [(600.0, 600.0, True)]  # noqa: S608 - ours
