"""kill -9 at any moment of a real process: the next run goes on with the same jobs, and queues none twice."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from clari_readiness.simulator import Organisation, RunningClock, Simulator
from tests.warehouse.documents import ask, dump

RUN = """
import os, random, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from clari_readiness.client import connect
from clari_readiness.exporter import Exporter, lock_beside
from clari_readiness.model.exports import ExportRequest
from clari_readiness.model.time import ScaledClock
from clari_readiness.validation import Contracts
from clari_readiness.warehouse import DuckDBWarehouse

url, key, directory, shown, since, method, times, after = sys.argv[1:]

class Dying:
    def __init__(self, client):
        self.client, self.left = client, int(times)
    def __getattr__(self, name):
        def call(*arguments):
            self.left -= name == method
            if name == method and self.left == 0 and after == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            answer = getattr(self.client, name)(*arguments)
            if name == method and self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer
        return call

clock = ScaledClock(datetime.fromisoformat(shown), since=datetime.fromisoformat(since), speed=200)
path = Path(directory) / "warehouse.duckdb"
client = Dying(connect(base_url=url, key=key, clock=clock, random=random.Random(7)))
warehouse, landing = DuckDBWarehouse(path, clock), path.parent / "landing"
exporter = Exporter(client, warehouse, Contracts(), clock, landing, lock_beside(path))
requests = [ExportRequest("net_bookings", period, ("forecast",)) for period in ("2027_Q4", "2027_Q3", "2027_Q2")]
ends = [event for event in exporter.export_all(requests) if event.step.last]
sys.exit(0 if all(event.step.good for event in ends) else f"{ends}")
"""


@pytest.mark.parametrize(
    ("method", "times", "after"),
    [
        ("queue_export", 1, "before"),
        ("queue_export", 2, "after"),
        ("job", 2, "after"),
        ("download", 1, "before"),
        ("download", 2, "after"),
    ],
)
def test_after_kill_9_the_next_run_ends_what_was_begun_with_the_same_jobs(
    tmp_path: Path, method: str, times: int, after: str
) -> None:
    clock = RunningClock(speed=200)
    with Simulator(Organisation(people=2, managers=1), clock=clock) as simulator:
        place = [simulator.base_url(), simulator.key, str(tmp_path), clock.shown.isoformat(), clock.since.isoformat()]

        def run(*death: str) -> int:
            return subprocess.run([sys.executable, "-c", RUN, *place, *death], check=False, timeout=60).returncode

        assert run(method, str(times), after) == -signal.SIGKILL
        whole = {job_id for job_id, *_ in dump(tmp_path / "warehouse.duckdb")["snapshots"]}
        assert run("nothing", "1", "before") == 0
        asked = [line for line in simulator.journal.matching("POST") if line.status == 200]
        assert len(asked) == 3
        jobs = ask(tmp_path / "warehouse.duckdb", "SELECT DISTINCT job_id FROM snapshots")
        assert len(jobs) == 3
        assert whole <= {job_id for (job_id,) in jobs}
