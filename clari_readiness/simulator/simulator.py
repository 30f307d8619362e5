"""The simulator: a virtual organisation behind a real socket, with a memory."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from filelock import FileLock, Timeout

from clari_readiness.errors import ReadinessError
from clari_readiness.simulator import exact, state, truth
from clari_readiness.simulator.application import application
from clari_readiness.simulator.clock import Clock, RunningClock, read, written
from clari_readiness.simulator.faults import Fault, Injector
from clari_readiness.simulator.jobs import Jobs
from clari_readiness.simulator.journal import Journal
from clari_readiness.simulator.keys import Keys
from clari_readiness.simulator.organisation.document import document
from clari_readiness.simulator.organisation.forecast import Question, answer
from clari_readiness.simulator.organisation.opportunities import opportunity_ids
from clari_readiness.simulator.organisation.settings import TYPES, Organisation
from clari_readiness.simulator.recording import Recording
from clari_readiness.simulator.server import HOST, Server
from clari_readiness.simulator.surfaces.calls import World
from clari_readiness.simulator.truth import AuditTruth, ExportTruth

_LOCK = "simulator.lock"


class Simulator:
    """Clari, as far as an exporter can tell; listens on loopback alone.

    `key` is the exporter's API key (user 4711); `keys` names every accepted key and the user id that it belongs to.
    Without them each user has a key that follows from the seed. With a `state_directory` jobs, quota and clock go on
    where an earlier simulator with the same directory stopped; a `clock` that is given wins over the one that was kept.
    Without either, the clock starts at 2026-11-21 09:00 UTC. It runs `time_scale` times as fast as the machine's: jobs,
    `Retry-After` and outages are in its seconds, so that somebody who waits can divide by it.
    """

    def __init__(
        self,
        organisation: Organisation | None = None,
        *,
        key: str | None = None,
        keys: Mapping[str, int] | None = None,
        clock: Clock | None = None,
        time_scale: float | None = None,
        state_directory: Path | None = None,
        faults: Sequence[Fault] = (),
    ) -> None:
        self.organisation = organisation or Organisation()
        self._keys = Keys(self.organisation, key=key, keys=keys)
        self._directory = state.private_directory(state_directory) if state_directory else None
        kept = state.load(self._directory) if self._directory else None
        self._check_same(kept)
        self.clock = clock or _running(kept, time_scale)
        self.journal = Journal(self._directory)
        self._jobs = Jobs(self.organisation, known=state.jobs_of(kept) if kept else ())
        self._jobs.changed = self._save
        self._saving = threading.Lock()
        self._server: Server | None = None
        self._world = World(self.organisation, self._jobs, self.clock, self._address)
        self._injector = Injector(application(self._world, self._keys), faults)
        self._app = Recording(self._injector, self.journal, self._keys, self.clock)
        self._lock = FileLock(self._directory / _LOCK, mode=0o600, thread_local=False) if self._directory else None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, where: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def key(self) -> str:
        """Return the API key of the exporter's user."""
        return self.key_of(self.organisation.users[0].user_id)

    def key_of(self, user_id: int) -> str:
        """Return an API key of this user; raises ReadinessError when there is none."""
        return self._keys.of(user_id)

    @property
    def time_scale(self) -> float:
        """Return how many seconds of its clock pass in one of the machine's; 0 for a clock that is stepped."""
        return self.clock.speed if isinstance(self.clock, RunningClock) else 0.0

    @property
    def opportunity_ids(self) -> tuple[str, ...]:
        """Return the ids of all opportunities: nothing else lists them (F30)."""
        return opportunity_ids(self.organisation)

    def base_url(self, profile: str = "v4") -> str:
        """Return the address of a profile, `http://127.0.0.1:PORT/v4`; raises ReadinessError unless it is running."""
        return f"{self._address()}/{profile}"

    def start(self, port: int = 0) -> None:
        """Listen on this port of loopback, 0 for any; raises ReadinessError when it or the directory is in use."""
        if self._server:
            raise ReadinessError(f"the simulator is running already, at {self._address()}")
        self._take_directory()
        try:
            server = Server(self._app, port)
            server.start()
        except BaseException:
            self._release_directory()
            raise
        self._server = server
        self._save()

    def stop(self) -> None:
        """Stop listening. The state stays, so that another simulator can go on; stopping twice does no harm."""
        if self._server:
            self._server.stop()
            self._save(running=False)
            self._server = None
            self._release_directory()

    def set_faults(self, faults: Iterable[Fault]) -> None:
        """Replace the faults, from the next request on."""
        self._injector.replace(faults)

    def truth(
        self,
        forecast_id: str,
        time_period: str,
        at: datetime,
        *,
        types: Sequence[str] = TYPES,
        scope: str | None = None,
        currency: str | None = None,
        historical: bool = True,
    ) -> dict[str, Any]:
        """Return the document that an export holds when it was made at this moment; amounts are Decimals.

        A job's content is of the moment at which it became STARTED: `organisation.job_seconds[0]` after it was queued.
        """
        asked = Question(forecast_id, time_period, tuple(types), scope, currency, historical)
        found: dict[str, Any] = exact.read(document(answer(self.organisation, asked, at)))
        return found

    def exports(self) -> tuple[ExportTruth, ...]:
        """Return what is true of every job that exports a forecast, in the order in which they were queued."""
        return truth.of_exports(self._world, self.clock.now())

    def export(self, job_id: str) -> ExportTruth:
        """Return what is true of one of them; raises ReadinessError when there is no such job."""
        return truth.of_export(self._world, job_id, self.clock.now())

    def audit_events(self, start: datetime, end: datetime) -> AuditTruth:
        """Return the audit events from `start` until before `end` that have happened by now."""
        return truth.of_audit(self._world, start, end)

    def opportunities(self, at: datetime | None = None) -> Mapping[str, dict[str, Any]]:
        """Return every opportunity by its id, as it is at the moment, or now."""
        return truth.of_opportunities(self._world, at or self.clock.now())

    def _address(self) -> str:
        if not self._server:
            raise ReadinessError("the simulator is not running", way_out="start it first")
        return f"http://{HOST}:{self._server.port}"

    def _check_same(self, kept: Mapping[str, Any] | None) -> None:
        if kept and kept["seed"] != self.organisation.seed:
            raise ReadinessError(
                f"{self._directory} belongs to the organisation of seed {kept['seed']}, not {self.organisation.seed}",
                way_out=f"use that seed, another directory, or delete {state.FILE} there",
            )

    def _take_directory(self) -> None:
        if self._lock is None:
            return
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            raise ReadinessError(
                f"a simulator is running already with {self._directory}", way_out="stop it, or use another directory"
            ) from None

    def _release_directory(self) -> None:
        if self._lock is not None:
            self._lock.release()

    def _save(self, *, running: bool = True) -> None:
        if self._directory is None or self._server is None:
            return
        with self._saving:
            address = self._address()
            state.save(
                self._directory,
                {
                    "running": running,
                    "pid": os.getpid(),
                    "base_url": f"{address}/v4",
                    "base_urls": {profile: f"{address}/{profile}" for profile in ("v4", "v1")},
                    "key": self.key,
                    "clock": written(self.clock),
                    "seed": self.organisation.seed,
                    "jobs": [state.written(job) for job in self._jobs.all()],
                },
            )


def _running(kept: Mapping[str, Any] | None, time_scale: float | None) -> Clock:
    """Return the clock that was kept, or a new one; with a time scale it goes on from there as fast as that."""
    clock = read(kept["clock"]) if kept else RunningClock()
    return clock if time_scale is None else RunningClock(clock.now(), speed=time_scale)
