"""Where a scenario takes place: a simulator of its own on a port of its own, listeners beside it, and directories."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Self

from clari_readiness.errors import NotVerified
from clari_readiness.simulator import DEFAULT_NOW, RefusingProxy, RunningClock, Sighting, Simulator, Watcher
from clari_readiness.simulator.organisation.forecast import calendar_of
from clari_readiness.simulator.server import HOST
from clari_readiness.trial.assignment import Assignment, Pace
from clari_readiness.trial.course import Elsewhere
from clari_readiness.trial.exporter import Accused
from clari_readiness.trial.scenario import Scenario
from clari_readiness.trial.variables import Whereabouts

TYPES = ("forecast", "quota", "crm_closed")


class TrialClock(RunningClock):
    """The simulator's clock, which can be moved on between two runs."""

    def skip(self, days: float) -> None:
        """Let so many days pass at once."""
        self.shown += timedelta(days=days)


class Place:
    """Everything that one scenario takes; use it as a context. Several may be side by side."""

    def __init__(self, scenario: Scenario, accused: Accused, *, seed: int, pace: Pace, directory: Path) -> None:
        self.scenario = scenario
        self.accused = accused
        self.pace = replace(
            pace,
            download_timeout=scenario.download_timeout,
            job_timeout=scenario.job_timeout or pace.job_timeout,
        )
        self.chance = Random(f"{seed}/{scenario.name}")  # noqa: S311 - the same seed must give the same faults
        self.clock = TrialClock(_shown(scenario, pace), speed=pace.scale)
        self.forecast_id = f"trial_{self._made_up(8)}"
        self.key = f"trial-{self._made_up(40)}"
        organisation = replace(
            scenario.organisation,
            seed=seed,
            forecasts=(self.forecast_id,),
            job_seconds=scenario.job_seconds or pace.job_seconds,
        )
        self.simulator = Simulator(organisation, key=self.key, clock=self.clock)
        self._watcher = Watcher(self.key)
        self._proxy = RefusingProxy(self.key)
        self._directory = directory
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        for each in (self._directory, self.home, self.temporary):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._enter()
        except BaseException:
            self._stack.close()
            raise
        return self

    def _enter(self) -> None:
        self.warehouse = self._stack.enter_context(self.accused.warehouses.made(self._directory))
        for listener in (self.simulator, self._watcher, self._proxy):
            self._stack.enter_context(listener)
        _reach(self._watcher.port)

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def home(self) -> Path:
        """The exporter's home, which lasts from one run to the next."""
        return self._directory / "home"

    @property
    def temporary(self) -> Path:
        """The exporter's directory for temporary files."""
        return self._directory / "tmp"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What the exporter is told and nobody else may see: the key, and how it gets into its warehouse."""
        return (self.key, *self.warehouse.secrets)

    @property
    def output(self) -> Path:
        """What the exporter says, of all runs."""
        return self._directory / "output.txt"

    def written(self) -> bytes:
        """Return what the exporter has said so far."""
        return self.output.read_bytes() if self.output.exists() else b""

    @property
    def whereabouts(self) -> Whereabouts:
        """What a run is told of all this."""
        return Whereabouts(
            base_url=self.simulator.base_url(),
            key=self.key,
            proxy=self._proxy.origin,
            home=self.home,
            temporary=self.temporary,
            warehouse_url=self.warehouse.url,
            warehouse_path=self.warehouse.path,
            hosts=self.warehouse.hosts,
        )

    @property
    def foreign(self) -> str:
        """The address of another origin, where redirects and `nextLink`s lead."""
        return self._watcher.origin

    def elsewhere(self) -> tuple[Elsewhere, ...]:
        """Return the requests that did not go to the simulator."""
        return (
            *(_elsewhere(each, led=True) for each in self._watcher.sightings.all),
            *(_elsewhere(each, led=False) for each in self._proxy.sightings.all),
        )

    def assignment(self) -> Assignment:
        """Return what a run has to export: the quarters from the current one back, the surfaces of the scenario."""
        surfaces = set(self.scenario.surfaces) - set(self.accused.not_applicable)
        return Assignment(
            self.forecast_id,
            self._periods(),
            TYPES,
            audit_from=self._audit_from() if "audit" in surfaces else None,
            opportunity_ids=self.simulator.opportunity_ids if "opportunities" in surfaces else (),
        )

    def _periods(self) -> tuple[str, ...]:
        calendar, day = calendar_of(self.simulator.organisation), _shown(self.scenario, self.pace).date()
        names = []
        for _ in range(max(self.scenario.periods) + 1):
            period = calendar.period_of(day)
            names.append(period.name)
            day = period.first - timedelta(days=1)
        return tuple(names[back] for back in self.scenario.periods)

    def _audit_from(self) -> datetime:
        first = _shown(self.scenario, self.pace).date() - timedelta(days=self.scenario.audit_days - 1)
        return datetime.combine(first, time(), UTC)

    def _made_up(self, length: int) -> str:
        return sha256(self.chance.randbytes(32)).hexdigest()[:length]


def _reach(port: int) -> None:
    """Raise NotVerified when nothing on loopback can be reached: that would be taken for the exporter's fault."""
    try:
        socket.create_connection((HOST, port), timeout=5).close()
    except OSError as error:
        raise NotVerified(f"{HOST} cannot be reached: {error.strerror}", way_out="bring loopback up") from error


def _elsewhere(sighting: Sighting, *, led: bool) -> Elsewhere:
    where = sighting.host if sighting.port is None else f"{sighting.host}:{sighting.port}"
    return Elsewhere(where, f"{sighting.method} {sighting.target}"[:200], sighting.has_key, led)


def _shown(scenario: Scenario, pace: Pace) -> datetime:
    """Return what the simulator's clock shows at first: the machine's time where an exporter goes by that."""
    if scenario.at is not None:
        return scenario.at
    return datetime.now(UTC) if pace.scale == 1 else DEFAULT_NOW
