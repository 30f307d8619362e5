from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from clari_readiness import cli
from clari_readiness.secrets import fixture_key
from clari_readiness.simulator import DEFAULT_NOW, Fault, Organisation, RunningClock, Simulator

SETTINGS = """
[default]
forecasts = ["net_bookings"]
types_to_export = ["forecast", "quota", "crm_closed"]
fiscal_year = { starts = "02", named_after = "end" }
history_quarters = 0
[env.simulated]
api = { key = "fixture://simulated" }
key_rotation = { runbook = "rotation.md", rotated_on = 2026-10-01, every = "90d" }
warehouse = { url = "duckdb:///warehouse.duckdb" }
"""

Values = dict[tuple[str, frozenset[tuple[str, str]]], float]


@dataclass
class Night:
    """A directory with settings, and the nightly commands at work there, in this process."""

    directory: Path
    call: Callable[[list[str]], int]
    hours: count[int]

    @property
    def state(self) -> Path:
        return self.directory / ".readiness" / "simulated"

    @property
    def file(self) -> Path:
        return self.state / "metrics.prom"

    def set(self, more: str) -> None:
        (self.directory / "clari-readiness.toml").write_text(SETTINGS + more)

    def simulator(self, *faults: Fault) -> Simulator:
        """Each time an hour later, or the jobs of the time before would not have ended yet."""
        clock = RunningClock(DEFAULT_NOW + timedelta(hours=next(self.hours)), speed=200)
        organisation = Organisation(people=3, managers=1)
        key = fixture_key("simulated")
        return Simulator(organisation, key=key, clock=clock, state_directory=self.state, faults=faults)

    def run(self, verb: str, *options: str) -> int:
        config = self.directory / "clari-readiness.toml"
        return self.call(["clari-readiness", verb, "--env=simulated", f"--config={config}", *options])

    def values(self) -> Values:
        return read(self.file)

    def value(self, name: str, **labels: str) -> float:
        return self.values()[name, frozenset({**labels, "env": "simulated"}.items())]


def read(file: Path) -> Values:
    """Every sample of a file, as a scraper reads it."""
    families = text_string_to_metric_families(file.read_text())
    samples = [sample for family in families for sample in family.samples]
    return {(sample.name, frozenset(sample.labels.items())): sample.value for sample in samples}


def promtool() -> str:
    found = shutil.which("promtool")
    if found is None:
        message = "promtool is missing: make system-deps"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    return found


@pytest.fixture
def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Night:
    def call(arguments: list[str]) -> int:
        monkeypatch.setattr(sys, "argv", arguments)
        with pytest.raises(SystemExit) as end:
            cli.main()
        return int(end.value.code or 0)

    made = Night(tmp_path, call, count())
    made.state.mkdir(parents=True, mode=0o700)
    made.set("")
    return made
