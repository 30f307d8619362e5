"""An organisation, its warehouse and its nightly commands on one clock, which a test turns from night to night."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import duckdb
import pytest

from clari_readiness.environments import Environment
from clari_readiness.secrets import fixture_key
from clari_readiness.simulator import Fault, ManualClock, Organisation, Simulator
from tests.alerts.servers import Hook, web_hook
from tests.commands import DEFAULTS, run, state_directory
from tests.end_to_end.place import BIN, REPOSITORY, started

COMMANDS = ("export", "reconcile", "retention")
STARTS_AT = time(8, 30, tzinfo=UTC)  # after 08:00 UTC, as all of deploy/ does (F16)

SETTINGS = f"""{DEFAULTS}history_quarters = 1
retention_quarters = 2
[env.simulated]
api = {{ key = "fixture://simulated" }}
alerts = {{ rules = ["REPOSITORY/deploy/prometheus/alerts.yaml"], to = ["HOOK"] }}
dashboard = {{ file = "REPOSITORY/deploy/grafana/dashboard.json" }}
"""


@dataclass(frozen=True)
class Night:
    """What one night came to: the exit code of each command, all that was said, and the quarters asked for.

    `heard` are the messages that came in, title and text as one.
    """

    day: date
    codes: tuple[int, ...]
    said: str
    asked: tuple[str, ...]
    heard: tuple[str, ...]


@dataclass
class Month:
    """A directory, the organisation behind it, and the nights so far.

    The commands are those of the command line, run in this process: they take their time from the environment, whose
    clock is the simulator's here, so that whoever waits lets the time pass for both.
    """

    directory: Path
    simulator: Simulator
    clock: ManualClock
    hook: Hook
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
        before, heard = self.jobs(), len(self.hook.texts)
        ran = [self.command(verb) for verb in COMMANDS]
        asked = self.jobs()[len(before) :]
        codes, said = tuple(code for code, _ in ran), "".join(said for _, said in ran)
        night = Night(day, codes, said, asked, tuple(self.hook.texts[heard:]))
        self.nights.append(night)
        return night

    def jobs(self) -> tuple[str, ...]:
        """Return the quarter that each job of the organisation was asked for, the oldest first."""
        kept = json.loads((self.state / "simulator.json").read_text())["jobs"]
        return tuple(job["request"]["timePeriod"] for job in kept)

    def told(self) -> list[tuple[date, str, str, str]]:
        """Return all that somebody has taken: the day, what was told of the alarm, its topic and its cause."""
        query = "SELECT CAST(tried_at AS DATE), kind, topic, cause FROM alert_deliveries WHERE accepted ORDER BY rowid"
        with duckdb.connect(self.state / "state.duckdb", read_only=True) as connection:
            return connection.execute(query).fetchall()

    def command(self, *words: str) -> tuple[int, str]:
        """Run a command in this process, and return its exit code and what it said."""
        said = io.StringIO()
        with redirect_stdout(said), redirect_stderr(said):
            return run(self.directory, *words), said.getvalue()

    def judged(self, section: str) -> dict[str, str]:
        """Return what the gate says this night of each item of a section of the checklist."""
        config = f"--config={self.directory / 'clari-readiness.toml'}"
        started(
            [str(BIN / "pytest"), f"checks/{section}", "--env=simulated", "-p", "no:cacheprovider", config], REPOSITORY
        ).end()
        report = json.loads((self.state / "report.json").read_text())
        return {item["id"]: item["result"] for item in report["items"]}


@contextmanager
def month(directory: Path, begins: date, organisation: Organisation) -> Iterator[Month]:
    """Yield a month that has not begun: no command has run, and the warehouse is not there."""
    directory.mkdir()
    clock = ManualClock(datetime.combine(begins, STARTS_AT) - timedelta(hours=1))
    state = state_directory(directory)
    key = fixture_key("simulated")
    with (
        pytest.MonkeyPatch.context() as patch,
        Simulator(organisation, key=key, clock=clock, state_directory=state) as simulator,
        web_hook() as hook,
    ):
        settings = SETTINGS.replace("HOOK", hook.url()).replace("REPOSITORY", str(REPOSITORY))
        (directory / "clari-readiness.toml").write_text(settings)
        patch.setattr(Environment, "clock", lambda _self, _recorded_at=None: clock)
        yield Month(directory, simulator, clock, hook)
