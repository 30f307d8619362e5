"""Clari dies in the middle of an export: SIGKILL to the simulator while a job is STARTED."""

from __future__ import annotations

import re
import signal
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import Story
from tests.end_to_end.holdings import contents, exact, ledger
from tests.end_to_end.place import REPOSITORY, Place, Ran, Running, started, until

STUCK = "6"  # the story had five jobs, so this is the next one
STARTED_AFTER = timedelta(seconds=1)


@dataclass(frozen=True)
class Outage:
    """What an export of two quarters said whose Clari died, and the warehouse before and after."""

    place: Place
    job_id: str
    ran: Ran
    before: dict[str, list[tuple[Any, ...]]]
    after: dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def outage(story: Story, tmp_path_factory: pytest.TempPathFactory) -> Outage:
    place = story.place.copy(tmp_path_factory.mktemp("outage") / "place")
    place.remember_quarters(0)
    before = contents(place.warehouse)
    simulator = _simulator(place)
    try:
        exporter = place.start("export", "--env=simulated", "--anew")
        until(lambda: _polled_while_started(place), exporter)
    finally:
        assert simulator.signalled(signal.SIGKILL).code == -signal.SIGKILL
    job_id = str(_polled_while_started(place))
    return Outage(place, job_id, exporter.end(), before, contents(place.warehouse))


def _simulator(place: Place) -> Running:
    now = max(datetime.fromisoformat(line["at"]) for line in place.journal()) + timedelta(minutes=1)
    module = "tests.end_to_end.serving"
    running = started([sys.executable, "-m", module, str(place.state), now.isoformat(), "100", STUCK], REPOSITORY)
    assert running.process.stdout is not None
    assert running.process.stdout.readline().startswith("http://127.0.0.1:")
    return running


def _polled_while_started(place: Place) -> str | None:
    """Return the id of the second run's first job, once somebody was told that it is STARTED."""
    journal = place.journal()
    posted = [line for line in journal if line["method"] == "POST"][int(STUCK) - 1 :]
    if not posted:
        return None
    since = datetime.fromisoformat(posted[0]["at"]) + STARTED_AFTER
    polls = [line for line in journal[journal.index(posted[0]) :] if re.search(r"/export/jobs/\w+$", line["path"])]
    told = [line for line in polls if datetime.fromisoformat(line["at"]) > since]
    return str(told[0]["path"]).rpartition("/")[2] if told else None


def test_each_failed_export_is_one_clear_line_and_the_exit_code_is_1(outage: Outage) -> None:
    _cost, first, summary, advice = outage.ran.lines
    assert outage.ran.code == 1
    assert first.startswith("net_bookings 2027_Q4: failed, GET ")
    assert f"/export/jobs/{outage.job_id}: 127.0.0.1 refused the connection" in first
    assert summary == "0 of 1 exports loaded"
    assert advice == "1 of 1 exports failed; the warehouse keeps what it had of them"


def test_no_traceback_is_shown(outage: Outage) -> None:
    assert not re.search(r'Traceback|File "|Error\b|\x1b', outage.ran.said)


def test_the_warehouse_is_exactly_as_it_was(outage: Outage) -> None:
    assert outage.after == outage.before
    assert len(outage.before["forecast_entries"]) > 3000


def test_nothing_but_the_ledger_tells_of_the_job(outage: Outage) -> None:
    *_, line = ledger(outage.place)
    assert (line.job_id, line.state) == (outage.job_id, "queued")
    assert not list(outage.place.state.glob(f"landing/**/{outage.job_id}*"))
    assert not list(outage.place.state.glob("warehouse.duckdb.staging"))


def test_once_clari_is_back_the_next_export_goes_on_with_the_same_job(outage: Outage, tmp_path: Path) -> None:
    place = outage.place.copy(tmp_path / "back")
    with place.simulator() as simulator:
        again = place.export()
        assert (again.code, again.err) == (0, ""), again
    assert f"(job {outage.job_id})" in again.out
    assert place.posts() == outage.place.posts()
    assert exact(place, simulator) == {str(entry.job_id) for entry in ledger(place)}
