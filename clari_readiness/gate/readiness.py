"""What one run of the gate stands on: an environment, its clock, its evidence, and what must never be shown."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec
from filelock import FileLock, Timeout
from pytest_recording import network

from clari_readiness.client import ClariClient, Observer, connect_to
from clari_readiness.environments import Environment, Environments
from clari_readiness.errors import ReadinessError, SecretError, SettingsError
from clari_readiness.gate.answers import Answers
from clari_readiness.gate.collect import Collector
from clari_readiness.gate.concessions import concessions
from clari_readiness.gate.recordings import Recordings, Scrubbing
from clari_readiness.model.findings import Concession, Finding
from clari_readiness.model.time import Clock, SystemClock
from clari_readiness.redact import Redactor
from clari_readiness.shipped import shipped

LOOPBACK = [r"127\.\d+\.\d+\.\d+$", r"localhost$", r"::1$"]


class Readiness:
    """One run's state. `run` is shared by its workers; `record` is "none", or "rewrite" to make new recordings.

    Raises SettingsError when this environment cannot be recorded.
    """

    def __init__(self, environments: Environments, environment: Environment, *, run: str, record: str = "none") -> None:
        self.environments = environments
        self.environment = environment
        self.recording = record == "rewrite"
        self.evidence_directory = environment.directory / "evidence" / run
        self._alive: FileLock | None = None
        if self.recording and environment.kind != "simulated":
            raise SettingsError(
                f"--record-mode=rewrite: {environment.name} cannot be recorded, since names and amounts of a tenant "
                "would not be made unrecognisable yet",
                way_out="record the simulator: --env=simulated",
            )

    def start(self, *, first: bool) -> None:
        """Make the environment's directory, and block the network where everything is recorded.

        The `first` process of a run also takes away the reports of the run before, which must not speak for this one,
        and the evidence of runs that were killed. Raises ReadinessError when the directory cannot be made.
        """
        directory = self.environment.make_directory()
        if first:
            self.forget_reports()
            self.evidence_directory.parent.mkdir(mode=0o700, exist_ok=True)
            self._alive = FileLock(self.evidence_directory.with_suffix(".alive"))
            self._alive.acquire()
            _forget_the_dead(directory / "evidence")
        if self.environment.kind == "recorded":
            network.block(allowed_hosts=LOOPBACK)

    def forget_reports(self) -> None:
        """Remove the reports, since what they say is not what this run says."""
        for name in ("report.json", "report.html"):
            (self.environment.directory / name).unlink(missing_ok=True)

    def stop(self) -> None:
        """Give the network back, and remove the evidence, which holds answers as they came."""
        network.unblock()
        shutil.rmtree(self.evidence_directory, ignore_errors=True)
        if self._alive is not None:
            self._alive.release()
            self.evidence_directory.with_suffix(".alive").unlink(missing_ok=True)

    @cached_property
    def redactor(self) -> Redactor:
        """What removes this environment's key and its warehouse's password from everything that is written or shown."""
        return Redactor([*self._key(), *self._password()])

    def _key(self) -> Iterator[str]:
        with suppress(SecretError):
            yield self.environment.secret().reveal()

    def _password(self) -> Iterator[str]:
        """Yield the password of the warehouse's URL, as it is written there and as the server gets it."""
        with suppress(SecretError, ValueError):
            if password := urlsplit(self.environment.warehouse_url).password:
                yield from {password, unquote(password)}

    def redacted(self, finding: Finding) -> Finding:
        """Return the finding without secrets."""
        cleaned = self.redactor.data(msgspec.to_builtins(finding))
        return msgspec.convert(cleaned, type=Finding)

    @cached_property
    def recordings(self) -> Recordings:
        """The cassettes, to be replayed in `recorded` and written when recording."""
        documented = self.environment.documented_url
        endpoint = self.environment.endpoint if self.recording else documented
        scrubbing = Scrubbing(endpoint=endpoint, documented=documented, redactor=self.redactor)
        now = self.environment.clock().now if self.recording else None
        return Recordings(shipped("cassettes"), scrubbing=scrubbing, now=now)

    @property
    def cassette(self) -> Callable[[str], AbstractContextManager[None]]:
        """What replays or records the requests of one piece of evidence, or leaves them alone."""
        if self.uses_recordings:
            return self.recordings.cassette
        return lambda _: nullcontext()

    @property
    def uses_recordings(self) -> bool:
        """Whether Clari's answers are replayed or recorded, and the warehouse is what an export makes of them."""
        return self.recording or self.environment.kind == "recorded"

    def clock_at(self, cassette: str | None = None) -> Clock:
        """Return the environment's clock; that of recordings starts where the cassette begins, or when the last ended.

        Raises NotVerified when the simulator was never started, ReadinessError when there are no recordings.
        """
        if self.environment.kind == "recorded":
            made = self.recordings
            return self.environment.clock(made.made(cassette).began if cassette else made.moment())
        return self.environment.clock()

    def connect(self, observer: Observer | None = None, *, clock: Clock | None = None) -> ClariClient:
        """Return a client of this environment. Raises SecretError, or NotVerified while the simulator does not run."""
        return connect_to(self.environment, clock=clock or self.clock_at(), on_exchange=observer)

    @cached_property
    def collector(self) -> Collector:
        """Where evidence is collected, once for all workers."""
        return Collector(self.evidence_directory)

    @cached_property
    def answers(self) -> Answers:
        """Clari's answers."""
        return Answers(self.environment, self.collector, connect=self.connect, cassette=self.cassette)

    def concessions(self, items: Collection[str]) -> tuple[Concession, ...]:
        """Return waivers, declarations and not-applicables, judged on the environment's clock; `items` are all ids."""
        try:
            today = self.clock_at().now().date()
        except ReadinessError:
            today = SystemClock().now().date()
        return concessions(self.environments, self.environment.name, items=items, today=today)

    def is_waived(self, item: str) -> bool:
        """Tell whether a valid waiver covers a failure of the item."""
        return any(c.kind == "waiver" and c.item == item and not c.problem for c in self.concessions([item]))


def _forget_the_dead(directory: Path) -> None:
    """Remove the evidence of runs that were killed: nobody holds their lock any more."""
    for alive in directory.glob("*.alive"):
        lock = FileLock(alive)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            continue
        shutil.rmtree(alive.with_suffix(""), ignore_errors=True)
        lock.release()
        alive.unlink(missing_ok=True)
