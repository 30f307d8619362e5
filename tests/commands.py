"""The command line at work in this process, and the small simulated organisation that it meets."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pytest

from clari_readiness import cli
from clari_readiness.secrets import fixture_key
from clari_readiness.simulator import DEFAULT_NOW, Fault, Organisation, RunningClock, Simulator

DEFAULTS = """
[default]
forecasts = ["net_bookings"]
types_to_export = ["forecast", "quota", "crm_closed"]
fiscal_year = { starts = "02", named_after = "end" }
"""
SIMULATED = """
[env.simulated]
api = { key = "fixture://simulated" }
warehouse = { url = "duckdb:///warehouse.duckdb" }
"""
RECORDED = """
[env.recorded]
api = { key = "fixture://recorded", base_url = "https://api.clari.com/v4" }
"""

Ended = tuple[int, str, str]
"""The exit code, and what was said on the standard output and on the standard error output."""


def state_directory(directory: Path) -> Path:
    """Return what belongs to `simulated` in a directory with settings, and make it."""
    state = directory / ".readiness" / "simulated"
    state.mkdir(parents=True, mode=0o700, exist_ok=True)
    return state


def small_simulator(
    directory: Path,
    *,
    organisation: Organisation | None = None,
    now: datetime = DEFAULT_NOW,
    faults: Iterable[Fault] = (),
) -> Simulator:
    """Return a simulator of a few people, 200 times as fast as time; it keeps its jobs in the directory."""
    return Simulator(
        organisation or Organisation(people=3, managers=1),
        key=fixture_key("simulated"),
        clock=RunningClock(now, speed=200),
        state_directory=state_directory(directory),
        faults=tuple(faults),
    )


def run(directory: Path, *words: str, env: str = "simulated") -> int:
    """Run a command with the settings of a directory, and return its exit code."""
    settings = directory / "clari-readiness.toml"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["clari-readiness", *words, f"--env={env}", f"--config={settings}"])
        with pytest.raises(SystemExit) as end:
            cli.main()
    return int(end.value.code or 0)
