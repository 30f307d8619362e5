from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from clari_readiness.simulator import DEFAULT_NOW, Fault, Simulator
from tests.commands import DEFAULTS, SIMULATED, run, small_simulator, state_directory
from tests.elsewhere import ENGINES, into, into_sqlite
from tests.monitoring.scene import Scene

ROTATION = 'key_rotation = { runbook = "rotation.md", rotated_on = 2026-10-01, every = "90d" }'
SETTINGS = f"{DEFAULTS}history_quarters = 0{SIMULATED}{ROTATION}\n"

Values = dict[tuple[str, frozenset[tuple[str, str]]], float]


@dataclass
class Place:
    """A directory with settings, and the nightly commands at work there, in this process."""

    directory: Path
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
        now = DEFAULT_NOW + timedelta(hours=next(self.hours))
        return small_simulator(self.directory, now=now, faults=faults)

    def run(self, verb: str, *options: str) -> int:
        return run(self.directory, verb, *options)

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
def place(tmp_path: Path) -> Place:
    state_directory(tmp_path)
    made = Place(tmp_path, count())
    made.set("")
    return made


@pytest.fixture(params=ENGINES)
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    """A table that is judged where it is, and in a copy of it in each of the other engines."""
    made = Scene()
    if request.param == "sqlite":
        made.elsewhere = lambda source: into_sqlite(source, tmp_path / "scene.sqlite")
    elif request.param != "duckdb":
        server = request.getfixturevalue(request.param)
        made.elsewhere = lambda source: into(request.param, source, server)
    yield made
    made.close()


@pytest.fixture
def placed(scene: Scene) -> Scene:
    """Everybody has an amount, managers the sum of their people's."""
    scene.hierarchy()
    return scene
