"""The exporter dies: SIGKILL at the worst moments. The next `clari-readiness export` must make up for it."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from clari_readiness.simulator import Line, Simulator
from tests.end_to_end.holdings import contents, exact, ledger, uninterrupted
from tests.end_to_end.place import Place, Ran, Running, before_the_answer, until

Kill = Callable[[Place, Simulator], Ran]


def _at(method: str, path: str, count: int = 1) -> Kill:
    """Kill when so many such requests were accepted, before the answer to the last of them can arrive."""
    left = [count]

    def reached(line: Line) -> bool:
        left[0] -= line.method == method and re.search(path, line.path) is not None
        return left[0] == 0

    def killed(place: Place, simulator: Simulator) -> Ran:
        victims: list[Running] = []
        left[0] = count
        with before_the_answer(simulator, reached, lambda: victims.pop().kill()):
            exporter = place.start("export", "--env=simulated")
            victims.append(exporter)
            return exporter.end()

    return killed


def _while_loading(place: Place, _: Simulator) -> Ran:
    """Kill when a document is being taken apart."""
    exporter = place.start("export", "--env=simulated")
    until((place.state / "warehouse.duckdb.staging").exists, exporter)
    return exporter.signalled(signal.SIGKILL)


_AN_EXPORT_IS_ASKED_FOR = ("POST", "/export/forecast/")
_A_JOB_IS_ASKED_ABOUT = ("GET", "/export/jobs/[0-9a-f]+$")

KILLS = {
    "its job was accepted and nobody told it, and the next run while it waited for that job": (
        _at(*_AN_EXPORT_IS_ASKED_FOR),
        _at(*_A_JOB_IS_ASKED_ABOUT),
    ),
    "its second job was accepted and nobody told it": (_at(*_AN_EXPORT_IS_ASKED_FOR, 2),),
    "it was loading": (_while_loading,),
}
"""When a run is killed; where there are two kills, the second is that of the next run."""


@dataclass(frozen=True)
class Survived:
    """The runs that were killed, which jobs they had loaded, the run after them, and which jobs were loaded then."""

    place: Place
    killed: list[Ran]
    jobs_after_kill: set[str]
    again: Ran
    jobs: set[str]
    expected: dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Survived]]]:
    """Two at a time, since most of it is the time that processes take to start."""
    with ThreadPoolExecutor(2) as pool:
        yield {name: pool.submit(_survive, kills, tmp_path_factory.mktemp("killed")) for name, kills in KILLS.items()}


@pytest.fixture(scope="module", params=KILLS)
def survived(request: pytest.FixtureRequest, stories: dict[str, Future[Survived]]) -> Survived:
    return stories[request.param].result()


def _survive(kills: tuple[Kill, ...], directory: Path) -> Survived:
    place = Place.fresh(directory / "place", history=1)
    with place.simulator() as simulator:
        killed = [kill(place, simulator) for kill in kills]
        left = exact(place, simulator)
        again = place.export()
        jobs = exact(place, simulator)
        return Survived(place, killed, left, again, jobs, uninterrupted(place, directory / "uninterrupted"))


def test_each_run_was_killed_in_the_middle(survived: Survived) -> None:
    assert {ran.code for ran in survived.killed} == {-signal.SIGKILL}
    assert len(survived.jobs_after_kill) < 2
    assert not [ran for ran in survived.killed if "exports loaded" in ran.said]


def test_the_next_run_completes_and_says_so_as_ever(survived: Survived) -> None:
    assert (survived.again.code, survived.again.err) == (0, ""), survived.again
    *jobs, summary = [line.partition(",")[0] for line in survived.again.lines if not line.startswith("this run takes")]
    ends = [re.fullmatch(r"net_bookings (2027_Q[34]): (loaded|up to date)", job) for job in jobs]
    assert sorted(end[1] for end in ends if end) == ["2027_Q3", "2027_Q4"], survived.again
    assert summary == "2 of 2 exports loaded"


def test_no_job_was_asked_for_twice(survived: Survived) -> None:
    asked = [json.loads(line["body"])["timePeriod"] for line in survived.place.posts()]
    assert asked == ["2027_Q4", "2027_Q3"]


def test_every_job_of_clari_is_one_line_of_the_ledger(survived: Survived) -> None:
    made = json.loads((survived.place.state / "simulator.json").read_text())["jobs"]
    assert sorted(str(entry.job_id) for entry in ledger(survived.place)) == sorted(job["job_id"] for job in made)


def test_the_warehouse_is_what_an_undisturbed_run_makes_of_the_same_jobs(survived: Survived) -> None:
    assert survived.jobs == {entry.job_id for entry in ledger(survived.place)}
    assert contents(survived.place.warehouse) == survived.expected


def test_nothing_of_the_killed_run_is_left_lying_about(survived: Survived) -> None:
    left = {path.name for path in Path(survived.place.state).glob("warehouse.duckdb*")}
    assert left == {"warehouse.duckdb", "warehouse.duckdb.exporter.lock"}
