"""A directory with the shipped settings in it, and the real commands, each a process of its own, at work there."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from clari_readiness.secrets import fixture_key
from clari_readiness.simulator import DEFAULT_NOW, Line, Organisation, RunningClock, Simulator

REPOSITORY = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
SPEED = 200.0
PATIENCE = 300.0  # seconds for a process to end, on a machine that is busy with others

ONLY_OURS = ("-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:hypothesispytest")
"""Without the plugins that only this project's tests bring along: `make check` does not install them."""

_NOT_INHERITED = re.compile(r"CLARI_|PYTEST_|FORCE_COLOR|NO_COLOR|COLUMNS|LINES|TTY_|CI$")


@dataclass(frozen=True)
class Ran:
    """A process that has ended: its exit code (minus the signal that killed it), and what it said."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err

    @property
    def lines(self) -> list[str]:
        """What it said, line by line, without the empty ones."""
        return [line for line in self.said.splitlines() if line.strip()]


@dataclass(frozen=True)
class Running:
    """A process at work."""

    process: subprocess.Popen[str]

    def end(self) -> Ran:
        """Wait for its end."""
        out, err = self.process.communicate(timeout=PATIENCE)
        return Ran(self.process.returncode, out, err)

    def signalled(self, number: signal.Signals) -> Ran:
        """Send it a signal, and wait for its end."""
        self.process.send_signal(number)
        return self.end()

    def kill(self) -> None:
        """Send it SIGKILL, and do not wait."""
        self.process.kill()

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None


@dataclass(frozen=True)
class Place:
    """A user's directory. Every file that a command leaves behind lies below it."""

    directory: Path

    @classmethod
    def fresh(cls, directory: Path, *, history: int = 4) -> Place:
        """Make it, with the settings as they are shipped; `history` is how many quarters before the current one."""
        directory.mkdir(parents=True)
        shutil.copy(REPOSITORY / "clari-readiness.toml", directory)
        place = cls(directory)
        place.remember_quarters(history)
        return place

    def copy(self, directory: Path) -> Place:
        """Copy all of it, what was left behind included."""
        shutil.copytree(self.directory, directory)
        return Place(directory)

    @property
    def settings(self) -> Path:
        return self.directory / "clari-readiness.toml"

    @property
    def state(self) -> Path:
        return self.directory / ".readiness" / "simulated"

    @property
    def warehouse(self) -> Path:
        return self.state / "warehouse.duckdb"

    def reword(self, old: str, new: str) -> None:
        """Change the settings in one place."""
        text = self.settings.read_text()
        assert text.count(old) == 1, f"{old!r} is in the settings {text.count(old)} times"
        self.settings.write_text(text.replace(old, new))

    def remember_quarters(self, history: int) -> None:
        """Change how many quarters before the current one are exported."""
        text = re.sub(r"(?m)^history_quarters = \d+", f"history_quarters = {history}", self.settings.read_text())
        self.settings.write_text(text)

    def start(self, verb: str, *arguments: str) -> Running:
        """Start a command of the console script."""
        return started([str(BIN / "clari-readiness"), verb, *arguments, f"--config={self.settings}"], self.directory)

    def run(self, verb: str, *arguments: str) -> Ran:
        """Run a command of the console script."""
        return self.start(verb, *arguments).end()

    def export(self, *options: str) -> Ran:
        return self.run("export", "--env=simulated", *options)

    def start_gate(self, *arguments: str, under: Sequence[str] = ()) -> Running:
        """Start `pytest checks`, `under` another command where one is given."""
        command = [*under, str(BIN / "pytest"), "checks", *ONLY_OURS, f"--config={self.settings}", *arguments]
        return started(command, REPOSITORY)

    def gate(self, *arguments: str) -> Ran:
        return self.start_gate(*arguments).end()

    def report(self, environment: str = "simulated") -> dict[str, Any]:
        path = self.directory / ".readiness" / environment / "report.json"
        report: dict[str, Any] = json.loads(path.read_text())
        return report

    def journal(self) -> list[dict[str, Any]]:
        """Every request that ever reached the simulator here."""
        path = self.state / "journal.jsonl"
        whole = path.read_text().rpartition("\n")[0] if path.exists() else ""
        return [json.loads(line) for line in whole.splitlines()]

    def posts(self) -> list[dict[str, Any]]:
        """The requests that asked for a job."""
        return [line for line in self.journal() if line["method"] == "POST"]

    def simulator(self, organisation: Organisation | None = None) -> Simulator:
        """A simulator that goes on where the last one here was asked for the last time."""
        key = fixture_key("simulated")
        clock = RunningClock(self._last_seen(), speed=SPEED)
        return Simulator(organisation, key=key, clock=clock, state_directory=self.state)

    def _last_seen(self) -> datetime:
        asked = [datetime.fromisoformat(line["at"]) for line in self.journal()]
        return max(asked, default=DEFAULT_NOW) + timedelta(minutes=1)


def started(command: Sequence[str], directory: Path) -> Running:
    """Start a command as a user would who never heard of these tests, and whose terminal's Ctrl-C reaches it.

    What was itself started in the background ignores interrupts, and so would its children.
    """
    return Running(
        subprocess.Popen(
            list(command),
            cwd=directory,
            env=environment(),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - nothing but a system call
        )
    )


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not _NOT_INHERITED.match(name)}


def until(happened: Callable[[], object], running: Running | None = None, *, patience: float = PATIENCE) -> None:
    """Wait for something that another process does; it must happen before that process ends."""
    ends = time.monotonic() + patience
    while not happened():
        assert running is None or not running.ended, f"it ended before: {running.end()}"
        assert time.monotonic() < ends, "it never happened"
        time.sleep(0.001)


@contextmanager
def before_the_answer(simulator: Simulator, to: Callable[[Line], bool], act: Callable[[], None]) -> Iterator[None]:
    """Act when the first such request was accepted and its answer has not left."""
    append = simulator.journal.append
    waiting = [act]

    def tapped(line: Line) -> None:
        append(line)
        if waiting and to(line):
            waiting.pop()()

    simulator.journal.append = tapped  # type: ignore[method-assign]
    try:
        yield
    finally:
        simulator.journal.append = append  # type: ignore[method-assign]
