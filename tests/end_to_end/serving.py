"""A simulator as a process, to be killed: `python -m tests.end_to_end.serving DIRECTORY NOW SPEED JOB...`.

The jobs with these ordinal numbers stay STARTED for ever.
"""

from __future__ import annotations

import sys
import threading
from datetime import datetime
from pathlib import Path

from clari_readiness.secrets import fixture_key
from clari_readiness.simulator import Organisation, RunningClock, Simulator


def serve(directory: str, now: str, speed: str, *stuck: str) -> None:
    simulator = Simulator(
        Organisation(stuck_jobs=frozenset(map(int, stuck))),
        key=fixture_key("simulated"),
        clock=RunningClock(datetime.fromisoformat(now), speed=float(speed)),
        state_directory=Path(directory),
    )
    with simulator:
        sys.stdout.write(f"{simulator.base_url()}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    serve(*sys.argv[1:])
