"""One environment: its settings, its place on disk, its key, its address and its clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from pydantic import PrivateAttr

from clari_readiness.environments.destinations import Destination, destinations
from clari_readiness.environments.simulated import SimulatorState
from clari_readiness.environments.tables import Alerts, ServiceAccount, Settings
from clari_readiness.environments.values import is_reference
from clari_readiness.errors import ReadinessError, SecretError
from clari_readiness.model.exports import VALUE_KEYS
from clari_readiness.model.time import Clock, ScaledClock, SteppedClock, SystemClock
from clari_readiness.secrets import MANAGERS, Secret, fixture_key, resolve
from clari_readiness.shipped import shipped_file

Kind = Literal["recorded", "simulated", "team"]

LEFT_BEHIND = ".readiness"

DOCUMENTED_URLS = MappingProxyType({"v4": "https://api.clari.com/v4", "v1": "https://api.clari.com/v1"})
"""Each profile's address as the vendor and the checklist document it (F1, F2)."""


@dataclass(frozen=True)
class Place:
    """Where an environment was read: its name, the settings file, and the environment variables of that moment."""

    name: str
    path: Path
    environ: Mapping[str, str] = field(repr=False)


class Environment(Settings):
    """An environment, ready to be asked. `recorded` and `simulated` are rehearsals, every other one is a team's."""

    _place: Place = PrivateAttr()
    _exempt: Mapping[str, str] = PrivateAttr(default_factory=dict)
    _replayed: bool = PrivateAttr(default=False)
    _kept: dict[str, Secret | SecretError] = PrivateAttr(default_factory=dict)

    @classmethod
    def of(cls, written: Mapping[str, Any], place: Place) -> Environment:
        """Read a table in which `[default]` is merged. Raises pydantic's ValidationError."""
        environment = cls.model_validate(written)
        environment._place = place
        return environment

    def without(self, surfaces: Mapping[str, str]) -> Environment:
        """Return this environment with an exporter that has not these surfaces of Clari, each with the reason why."""
        exempt = self.model_copy()
        exempt._exempt = surfaces
        return exempt

    def as_recorded(self, forecasts: tuple[str, ...], account: ServiceAccount | None) -> Environment:
        """Return this environment as its recordings show it, under their pseudonyms, and never live.

        It has no key and no address of its own, tells nobody anything, and leaves things behind in a directory of its
        own: what recordings say must not be taken for what Clari says.
        """
        api = self.api.model_copy(
            update={"base_url": self.documented_url, "gateway": None, "ca_file": None, "key": "fixture://recorded"}
        )
        changes = {"live": False, "forecasts": forecasts, "service_account": account, "api": api, "alerts": Alerts()}
        shown = self.model_copy(update=changes)
        shown._replayed = True
        return shown

    def __repr__(self) -> str:
        return f"<Environment {self.name} of {self._place.path}>"

    __str__ = __repr__

    @property
    def name(self) -> str:
        """The name in `[env.NAME]`."""
        return self._place.name

    @property
    def exempt_surfaces(self) -> Mapping[str, str]:
        """The surfaces of Clari that its exporter does not have, as approved (`[[not_applicable]]`), and why."""
        return self._exempt

    @property
    def kind(self) -> Kind:
        """Which of the three kinds it is."""
        return "recorded" if self.name == "recorded" else "simulated" if self.name == "simulated" else "team"

    @property
    def replays(self) -> bool:
        """Whether recordings answer instead of Clari."""
        return self._replayed or self.kind == "recorded"

    @property
    def path(self) -> Path:
        """The settings file."""
        return self._place.path

    @property
    def base(self) -> Path:
        """The directory of the settings file, which relative paths start at."""
        return self._place.path.parent

    @property
    def directory(self) -> Path:
        """Where a run leaves things behind; `make_directory` makes it."""
        return self.base.joinpath(LEFT_BEHIND, *self._own)

    @property
    def recordings_directory(self) -> Path:
        """Where the recordings of a team's environment are, to be committed: never inside what a wheel carries."""
        return self.base / "recordings" / self.name

    @property
    def _own(self) -> tuple[str, ...]:
        return (self.name, "replayed") if self._replayed else (self.name,)

    @property
    def state_path(self) -> Path:
        """Where the suite keeps its own records: `state` of the settings, or `state.duckdb` in `directory`."""
        return self.path_of(self.state) if self.state else self.directory / "state.duckdb"

    @property
    def metrics_path(self) -> Path:
        """Where nightly commands write their metrics: `metrics` of the settings, or `metrics.prom` in `directory`."""
        return self.path_of(self.metrics) if self.metrics else self.directory / "metrics.prom"

    def path_of(self, written: str) -> Path:
        """Return a path that the settings name, relative ones from the settings file's directory on."""
        return self.base / written

    def file_of(self, written: str) -> Path:
        """Return a file that the settings name; what a rehearsal names, and is not there, travels with the package."""
        path = self.path_of(written)
        return path if self.kind == "team" or path.exists() else shipped_file(written)

    def make_directory(self) -> Path:
        """Make `directory`, for this user's eyes only, and return it. Raises ReadinessError when that fails."""
        return made_in(self.base, *self._own)

    def secret(self) -> Secret:
        """Return the API key, resolved now. Raises SecretError."""
        return self.resolve(self.api.key)

    def resolve(self, reference: str) -> Secret:
        """Return what a reference names, as this environment sees it. Raises SecretError.

        A secrets manager is asked once: a run speaks of one key, and one that is silent is waited for once.
        """
        if not reference.startswith(MANAGERS):
            return self._resolved(reference)
        if reference not in self._kept:
            try:
                self._kept[reference] = self._resolved(reference)
            except SecretError as error:
                self._kept[reference] = error
        kept = self._kept[reference]
        if isinstance(kept, SecretError):
            raise SecretError(kept.message, way_out=kept.way_out)
        return kept

    def _resolved(self, reference: str) -> Secret:
        fixtures = {name: fixture_key(name) for name in ("recorded", "simulated")}
        return resolve(reference, environ=self._place.environ, base=self.base, fixtures=fixtures)

    @property
    def warehouse_url(self) -> str:
        """Where the warehouse is: `warehouse.url`, or what it refers to. Raises SecretError."""
        written = self.warehouse.url
        return self.resolve(written).reveal() if is_reference(written) else written

    def destinations(self) -> tuple[Destination, ...]:
        """Return where alerts go; one that does not resolve is among them, and says why."""
        return destinations(self.alerts.to, self.resolve, self.fingerprint_salt or "")

    @property
    def endpoint(self) -> str:
        """The address that requests go to, without a slash at its end: the gateway, or else Clari itself.

        Raises NotVerified when that is the simulator and it is not running.
        """
        if self.kind == "simulated":
            return self._simulator.endpoint(self.api.profile)
        return (self.api.gateway or self.api.base_url or "").rstrip("/")

    @property
    def documented_url(self) -> str:
        """The base URL that the API profile's documentation gives (F1, F2)."""
        return DOCUMENTED_URLS[self.api.profile]

    @property
    def value_keys(self) -> Mapping[str, str]:
        """The key of an entry that holds each type to export (F13), as `value_names` has it or as published."""
        return {**VALUE_KEYS, **self.value_names}

    def clock(self, recorded_at: datetime | None = None) -> Clock:
        """Return the environment's clock: the recordings', the simulator's, or the machine's.

        `recorded_at` is the moment of the recordings, which `recorded` cannot do without. Raises NotVerified when the
        simulator was never started.
        """
        if self.kind == "simulated":
            shown = self._simulator.clock()
            if shown.speed == 0:
                return SteppedClock(shown.then)
            return ScaledClock(shown.then, since=shown.since, speed=shown.speed)
        if not self.replays:
            return SystemClock()
        if recorded_at is None:
            raise ValueError("the clock of recordings needs the moment at which they were made")
        return SteppedClock(recorded_at)

    @property
    def _simulator(self) -> SimulatorState:
        return SimulatorState(self.directory / "simulator.json")


def made_in(base: Path, *names: str) -> Path:
    """Make `.readiness` in a directory, and in that one below the other, for this user's eyes and none of git's.

    Returns the innermost. Raises ReadinessError when that fails.
    """
    directory = base.joinpath(LEFT_BEHIND, *names)
    above = [each for each in directory.parents if each.is_relative_to(base / LEFT_BEHIND)]
    try:
        for one in (*reversed(above), directory):
            one.mkdir(mode=0o700, exist_ok=True)
            one.chmod(0o700)
        (base / LEFT_BEHIND / ".gitignore").write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise ReadinessError(
            f"{directory} cannot be made: {error.strerror}", way_out="let this user write beside the settings"
        ) from error
    return directory
