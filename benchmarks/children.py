"""Tasks in child processes: each begins with nothing in memory, and is watched from outside."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile
from typing import IO, Any, Protocol

_ROOT = Path(__file__).parents[1]
_EVERY = 0.005
_MB = 1_000_000


class TaskFailed(Exception):
    """A task ended in an error: its name and the last lines that it wrote."""


class NotInstalled(Exception):
    """A task needs a package that is not there."""


@dataclass(frozen=True)
class Measured:
    """One run of a task: what it says of itself (seconds, counts), and its greatest anonymous memory in MB."""

    says: Mapping[str, Any]
    anonymous_mb: float

    def __getitem__(self, name: str) -> Any:
        return self.says[name]


@dataclass(frozen=True)
class Task:
    """A task by name, `module:function` in `benchmarks.tasks`, and what it is called with."""

    name: str
    arguments: Mapping[str, Any]

    def run(self) -> Measured:
        """Run it once; TaskFailed or NotInstalled when it does not end well."""
        command = [sys.executable, "-m", "benchmarks.tasks", self.name, json.dumps(dict(self.arguments))]
        with TemporaryFile("w+") as output, TemporaryFile("w+") as errors:  # pipes that nobody reads would fill
            most, code = _ended(command, output, errors)
            output.seek(0)
            errors.seek(0)
            told, last = output.read().splitlines(), errors.read().strip().splitlines()[-1:] or ["no word"]
        if code and "ModuleNotFoundError" in last[0]:
            raise NotInstalled(last[0])
        if code:
            raise TaskFailed(f"{self.name} ended with {code}: {last[0]}")
        return Measured(json.loads(told[-1]), most)


class Runs(Protocol):
    """What can be run once and measured."""

    def run(self) -> Measured:
        """Run it."""
        ...


def alternating(tasks: Mapping[str, Runs], repeats: int) -> dict[str, list[Measured]]:
    """Run each task in turn, so many times round: what slows the machine for a while slows them all."""
    rounds = [{name: task.run() for name, task in tasks.items()} for _ in range(repeats)]
    return {name: [each[name] for each in rounds] for name in tasks}


def middle(runs: Sequence[Measured], name: str = "seconds") -> float:
    """Return the median of what the runs say."""
    return float(median(run[name] for run in runs))


def most_memory(runs: Sequence[Measured]) -> float:
    """Return the greatest anonymous memory of any of the runs, in MB."""
    return max(run.anonymous_mb for run in runs)


def _ended(command: Sequence[str], output: IO[str], errors: IO[str]) -> tuple[float, int]:
    """Run a command to its end, and return its greatest anonymous memory in MB and its exit code."""
    process = subprocess.Popen(  # noqa: S603 - ours
        command, cwd=_ROOT, stdout=output, stderr=errors, text=True, start_new_session=True
    )
    try:
        return _watch(process), process.wait()
    finally:
        with suppress(ProcessLookupError):  # whoever interrupts the run leaves nothing of it behind
            os.killpg(process.pid, signal.SIGKILL)


def _watch(process: subprocess.Popen[str]) -> float:
    most = 0.0
    status = Path(f"/proc/{process.pid}/status")
    while process.poll() is None:
        most = max(most, _anonymous(status))
        time.sleep(_EVERY)
    return most


def _anonymous(status: Path) -> float:
    """Return the process's RssAnon in MB, or 0 when it is gone."""
    try:
        lines = status.read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return next((int(line.split()[1]) * 1024 / _MB for line in lines if line.startswith("RssAnon")), 0.0)
