"""Kills at a moment that is known: a real child, a real socket, and files of a warehouse that change."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from clari_readiness.simulator import Match, Organisation, Simulator
from clari_readiness.simulator.faults.dripping import Dripping
from clari_readiness.trial.child import Child, CommandStarter, Killer, Start, kill_group
from clari_readiness.trial.killing import KilledAfter, KilledAsItWrites, KilledInDownload
from clari_readiness.trial.warehouses.files import FileWarehouse

SOON = 10.0


@pytest.fixture
def killer() -> Killer:
    return Killer()


@pytest.fixture
def child(tmp_path: Path, killer: Killer) -> Iterator[Child]:
    start = Start({"PATH": os.environ["PATH"]}, tmp_path, tmp_path / "output.txt")
    begun = CommandStarter(("sleep", "60")).start(start)
    killer.watch(begun)
    yield begun
    kill_group(begun.pid)
    begun.wait(SOON)


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(Organisation(people=4, managers=1, job_seconds=(0.0, 0.0))) as running:
        yield running


Download = Callable[[], httpx.Response]


@pytest.fixture
def download(simulator: Simulator) -> Iterator[Download]:
    with httpx.Client(base_url=simulator.base_url(), headers={"apikey": simulator.key}, timeout=20) as api:
        job = api.post("/export/forecast/net_bookings", json={"timePeriod": "2027_Q4"}).json()["jobId"]
        yield lambda: api.get(f"/export/jobs/{job}/results")


def is_dead(child: Child) -> bool:
    return child.wait(SOON) == -signal.SIGKILL


def is_alive(child: Child) -> bool:
    return child.wait(0.3) is None


def test_in_a_download_it_dies_with_a_part_of_the_answer_and_the_next_download_is_whole(
    simulator: Simulator, download: Download, child: Child, killer: Killer
) -> None:
    whole = download().content
    simulator.set_faults([KilledInDownload(killer, 0.5)])
    with pytest.raises(httpx.TransportError):
        download()
    assert is_dead(child)
    assert simulator.journal.settled()
    line = simulator.journal.lines[-1]
    assert (line.status, line.fault) == (
        None,
        f"the exporter was killed after {len(whole) // 2} of {len(whole)} bytes",
    )
    assert download().content == whole


def test_it_dies_as_its_warehouse_begins_to_change_and_of_no_other_file(
    simulator: Simulator, download: Download, child: Child, killer: Killer, tmp_path: Path
) -> None:
    warehouse = tmp_path / "w.sqlite"
    warehouse.write_bytes(b"before")
    simulator.set_faults([KilledAsItWrites(killer, FileWarehouse("sqlite", warehouse).seen)])
    assert download().status_code == 200
    (tmp_path / "staging.json").write_bytes(b"{}")
    (tmp_path / "w.sqlite.landing").mkdir()
    assert is_alive(child)
    (tmp_path / "w.sqlite-journal").write_bytes(b"undo")
    assert is_dead(child)


def test_it_dies_at_the_change_that_was_named_and_not_before(
    simulator: Simulator, download: Download, child: Child, killer: Killer, tmp_path: Path
) -> None:
    warehouse = tmp_path / "w.sqlite"
    simulator.set_faults([KilledAsItWrites(killer, FileWarehouse("sqlite", warehouse).seen, nth=2)])
    download()
    warehouse.write_bytes(b"first")
    assert is_alive(child)
    warehouse.write_bytes(b"the second")
    assert is_dead(child)


def test_so_long_after_the_first_download_it_dies_and_after_the_second_nothing_happens(
    simulator: Simulator, download: Download, child: Child, killer: Killer
) -> None:
    simulator.set_faults([KilledAfter(killer, 0.05)])
    download()
    assert is_dead(child)
    download()
    assert [line.fault for line in simulator.journal.matching("GET", "results")] == [
        "the exporter was killed 0.050 s later",
        None,
    ]


def test_nobody_is_killed_when_the_run_is_over(
    simulator: Simulator, download: Download, child: Child, killer: Killer, tmp_path: Path
) -> None:
    warehouse = tmp_path / "w.sqlite"
    simulator.set_faults([KilledAsItWrites(killer, FileWarehouse("sqlite", warehouse).seen), KilledAfter(killer, 0.1)])
    download()
    killer.rest()
    warehouse.write_bytes(b"the next run writes")
    killer.kill()
    assert is_alive(child)
    assert not killer.used


def test_a_journal_is_settled_when_each_request_that_came_in_has_its_line(
    simulator: Simulator, download: Download
) -> None:
    assert simulator.journal.settled(0.0)
    simulator.set_faults([Dripping(Match("GET", ".*/results"), drips=2, seconds=0.5)])
    reading = threading.Thread(target=download)
    reading.start()
    deadline = time.monotonic() + SOON
    while simulator.journal.settled(0.0) and time.monotonic() < deadline:
        time.sleep(0.01)
    before = len(simulator.journal)
    assert simulator.journal.settled(SOON)
    assert len(simulator.journal) == before + 1
    reading.join()
