"""A team's environment whose Clari is a simulator on loopback: a tenant to be recorded, by the real command."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from clari_readiness.client import connect
from clari_readiness.model.exports import ExportRequest
from clari_readiness.model.time import SteppedClock
from clari_readiness.simulator import Fault, ManualClock, Organisation, Simulator
from tests.end_to_end.place import ONLY_OURS, REPOSITORY, Ran, Running, started

KEY = "tenant-key-5f0c2d1e9a8b4c5d6e7f"
FORECAST = "acme_emea_bookings"
SETTINGS = """
[default]
forecasts = ["{forecast}"]
types_to_export = ["forecast", "quota", "crm_closed"]
fiscal_year = {{ starts = "02", named_after = "end" }}
history_quarters = 1

[env.staging]
live = {live}
api.profile = "{profile}"
api.base_url = "https://api.clari.com/{profile}"
api.gateway = "{address}"
api.key = "file://tenant.key"
service_account = {{ user_id = 4711, email = "Clari-Export@example.com" }}
exporter = {{ managed = "fivetran" }}
"""
ORGANISATION = Organisation(forecasts=(FORECAST,), org_id=880_417)


@dataclass
class Tenant:
    """A directory with settings, and the simulator that answers for them. Its clock stands still unless it is moved."""

    directory: Path
    simulator: Simulator
    live: bool = True
    profile: str = "v4"

    @classmethod
    def beside(cls, directory: Path, *, faults: Sequence[Fault] = (), live: bool = True, profile: str = "v4") -> Tenant:
        """Make it, as of now. The simulator is not started, and nothing is configured yet."""
        directory.mkdir(parents=True)
        clock = ManualClock(datetime.now(UTC).replace(microsecond=0))
        simulator = Simulator(ORGANISATION, key=KEY, clock=clock, state_directory=directory / "clari", faults=faults)
        return cls(directory, simulator, live, profile)

    def export(self) -> None:
        """Leave a finished job behind, whose title and file name tell who exported what."""
        quarter = "2027_Q4"
        with connect(
            base_url=self.simulator.base_url(), key=KEY, clock=SteppedClock(datetime.now(UTC)), random=Random(1)
        ) as client:
            client.queue_export(ExportRequest(FORECAST, quarter, ("forecast",)))
        clock = self.simulator.clock
        assert isinstance(clock, ManualClock)
        clock.step(60)

    def configure(self) -> None:
        """Write the key, and the settings with the address of the simulator that runs now."""
        self.key.write_text(KEY)
        address, live = self.simulator.base_url(self.profile), str(self.live).lower()
        text = SETTINGS.format(forecast=FORECAST, live=live, address=address, profile=self.profile)
        self.settings.write_text(text)

    @property
    def settings(self) -> Path:
        return self.directory / "clari-readiness.toml"

    @property
    def key(self) -> Path:
        return self.directory / "tenant.key"

    @property
    def recordings(self) -> Path:
        return self.directory / "recordings" / "staging"

    @property
    def files(self) -> dict[str, bytes]:
        """Every file that would be committed, by name."""
        return {path.name: path.read_bytes() for path in self.recordings.rglob("*") if path.is_file()}

    def start(self, *arguments: str, under: Sequence[str] = ()) -> Running:
        """Start `pytest checks --env=staging` with arguments."""
        gate = [sys.executable, "-m", "pytest", "checks", *ONLY_OURS, f"--config={self.settings}", "--env=staging"]
        return started([*under, *gate, *arguments], REPOSITORY)

    def record(self, *arguments: str) -> Ran:
        return self.start("--record-mode=rewrite", *arguments).end()

    def start_replay(self, *, under: Sequence[str] = ()) -> Running:
        """Judge the contracts from the recordings, as CI does."""
        return self.start("-m", "contracts", "--record-mode=none", under=under)

    def report(self, *, replayed: bool = False) -> dict[str, Any]:
        directory = self.directory / ".readiness" / "staging"
        report: dict[str, Any] = json.loads(
            ((directory / "replayed") if replayed else directory).joinpath("report.json").read_text()
        )
        return report
