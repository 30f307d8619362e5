"""An organisation, its warehouse and its nightly commands on one clock, which a test turns from night to night."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from clari_readiness.environments import Environment
from clari_readiness.secrets import fixture_key
from clari_readiness.simulator import Fault, ManualClock, Organisation, Simulator
from tests.commands import DEFAULTS, run, state_directory

COMMANDS = ("export", "reconcile", "retention")
STARTS_AT = time(8, 30, tzinfo=UTC)  # after 08:00 UTC, as all of deploy/ does (F16)

SETTINGS = f"""{DEFAULTS}history_quarters = 1
retention_quarters = 2
[env.simulated]
api = {{ key = "fixture://simulated" }}
"""


@dataclass(frozen=True)
class Night:
    """What one night came to: the exit code of each command, all that was said, and the quarters asked for."""

    day: date
    codes: tuple[int, ...]
    said: str
    asked: tuple[str, ...]


@dataclass
class Month:
    """A directory, the organisation behind it, and the nights so far.

    The commands are those of the command line, run in this process: they take their time from the environment, whose
    clock is the simulator's here, so that whoever waits lets the time pass for both.
    """

    directory: Path
    simulator: Simulator
    clock: ManualClock
    nights: list[Night] = field(default_factory=list)

    @property
    def warehouse(self) -> Path:
        return self.directory / ".readiness" / "simulated" / "warehouse.duckdb"

    @property
    def state(self) -> Path:
        return self.directory / ".readiness" / "simulated"

    def night(self, day: date, faults: Callable[[ManualClock], Sequence[Fault]] = lambda _: ()) -> Night:
        """Run the nightly commands of a day, one after the other, whatever becomes of them."""
        self.clock.set(datetime.combine(day, STARTS_AT))
        self.simulator.set_faults(faults(self.clock))
        before = self.jobs()
        ran = [self.command(verb) for verb in COMMANDS]
        asked = self.jobs()[len(before) :]
        night = Night(day, tuple(code for code, _ in ran), "".join(said for _, said in ran), asked)
        self.nights.append(night)
        return night

    def jobs(self) -> tuple[str, ...]:
        """Return the quarter that each job of the organisation was asked for, the oldest first."""
        kept = json.loads((self.state / "simulator.json").read_text())["jobs"]
        return tuple(job["request"]["timePeriod"] for job in kept)

    def command(self, *words: str) -> tuple[int, str]:
        """Run a command in this process, and return its exit code and what it said."""
        said = io.StringIO()
        with redirect_stdout(said), redirect_stderr(said):
            return run(self.directory, *words), said.getvalue()


@contextmanager
def month(directory: Path, begins: date, organisation: Organisation) -> Iterator[Month]:
    """Yield a month that has not begun: no command has run, and the warehouse is not there."""
    directory.mkdir()
    (directory / "clari-readiness.toml").write_text(SETTINGS)
    clock = ManualClock(datetime.combine(begins, STARTS_AT) - timedelta(hours=1))
    state = state_directory(directory)
    key = fixture_key("simulated")
    with (
        pytest.MonkeyPatch.context() as patch,
        Simulator(organisation, key=key, clock=clock, state_directory=state) as simulator,
    ):
        patch.setattr(Environment, "clock", lambda _self, _recorded_at=None: clock)
        yield Month(directory, simulator, clock)
