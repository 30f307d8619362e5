"""What one run of the gate stands on: an environment, its clock, its evidence, and what must never be shown."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import cached_property
from pathlib import Path
from typing import Literal
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
from clari_readiness.gate.exports import Exports
from clari_readiness.gate.own_jobs import cancel_left_over
from clari_readiness.gate.recordings import Origin, Proof, Recordings, Scrubbing
from clari_readiness.gate.replacing import put_back
from clari_readiness.gate.tenant import Tenant, replayed
from clari_readiness.model.findings import Concession, Finding
from clari_readiness.model.time import Clock, SystemClock
from clari_readiness.redact import Redactor
from clari_readiness.scrubbing import recording_key
from clari_readiness.shipped import shipped

Connect = Callable[[Observer | None, Clock], ClariClient]
"""What opens a client of Clari; the observer is told of every exchange, which makes it evidence."""

REPORTS = ("report.json", "report.html", "report.md", "junit.xml")
LOOPBACK = [r"127\.\d+\.\d+\.\d+$", r"localhost$", r"::1$"]


class Readiness:
    """One run's state. `run` is shared by its workers; `clock` is the real one, on which a tenant's recordings age.

    `record` is "rewrite" to make new recordings, "replay" to judge those of a team's environment, or "none". `say`
    tells whoever watches the run, at once, what cannot wait for its end. Raises SettingsError when there is nothing to
    record, or nothing to replay.
    """

    def __init__(
        self,
        environments: Environments,
        environment: Environment,
        *,
        run: str,
        record: Literal["none", "rewrite", "replay"] = "none",
        clock: Clock | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.environments = environments
        self.recording = record == "rewrite"
        if self.recording and environment.kind == "recorded":
            raise SettingsError(
                "--record-mode=rewrite: recorded has recordings and no Clari to record",
                way_out="record the simulator with --env=simulated, or an environment of your own",
            )
        self.recordings_lock = environment.directory / "recording.lock"
        if (self.recording or record == "replay") and environment.directory.is_dir():
            put_back(_cassettes_of(environment), self.recordings_lock)
        self.environment = replayed(environment) if record == "replay" else environment
        self._wanted: Origin | None = "tenant" if environment.live else None
        self.evidence_directory = self.environment.directory / "evidence" / run
        self.connect_by: Connect = self.connect_as_set
        self.say = say
        self._real = clock or SystemClock()
        self._alive: FileLock | None = None

    def start(self, *, first: bool) -> None:
        """Make the environment's directory, and block the network where everything is recorded.

        The `first` process of a run also takes away the reports of the run before, which must not speak for this one,
        and the evidence of runs that were killed. Raises ReadinessError when the directory cannot be made, or the key
        of recordings cannot be read.
        """
        directory = self.environment.make_directory()
        if first:
            self.forget_reports()
            self.evidence_directory.parent.mkdir(mode=0o700, exist_ok=True)
            self._alive = FileLock(self.evidence_directory.with_suffix(".alive"))
            self._alive.acquire()
            _forget_the_dead(directory / "evidence")
            self.tenant  # noqa: B018 - makes the key of recordings before workers want it at once
        if self.environment.replays:
            network.block(allowed_hosts=LOOPBACK)

    def forget_reports(self) -> None:
        """Remove the reports, since what they say is not what this run says."""
        for name in REPORTS:
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
        """The cassettes, to be replayed, or written when recording."""
        environment, documented = self.environment, self.environment.documented_url
        endpoint = environment.endpoint if self.recording else documented
        return Recordings(
            self.staged if self.recording else self.cassettes,
            scrubbing=Scrubbing(endpoint=endpoint, documented=documented, redactor=self.redactor),
            origin=self.origin,
            now=environment.clock().now if self.recording else None,
            tenant=self.tenant,
            proof=Proof(environment.max_recording_age, self._real.now, self._wanted),
            command=f"clari-readiness check --env={_recordable(environment)} --record-mode=rewrite",
        )

    @cached_property
    def tenant(self) -> Tenant | None:
        """What scrubs the recordings of a team's own Clari, live or not; None when nothing of it is recorded."""
        if not self.recording or self.environment.kind != "team":
            return None
        return Tenant(self.environment, recording_key(self.environment.directory / "recording.key"))

    @property
    def origin(self) -> Origin:
        """From what a recording is made: only a live environment is a tenant."""
        return "tenant" if self.environment.live else "simulator"

    @property
    def cassettes(self) -> Path:
        """Where the recordings of this environment are."""
        return _cassettes_of(self.environment)

    @property
    def staged(self) -> Path:
        """Where new recordings wait until they are whole."""
        return self.evidence_directory / "recording"

    @property
    def cassette(self) -> Callable[[str], AbstractContextManager[None]]:
        """What replays or records the requests of one piece of evidence, or leaves them alone."""
        if self.recording or self.environment.replays:
            return self.recordings.cassette
        return lambda _: nullcontext()

    @property
    def uses_recordings(self) -> bool:
        """Whether a rehearsal's answers are replayed or recorded, and its warehouse is what an export makes of them."""
        return self.environment.kind == "recorded" or (self.recording and self.environment.kind == "simulated")

    def clock_at(self, cassette: str | None = None) -> Clock:
        """Return the environment's clock; that of recordings starts where the cassette begins, or when the last ended.

        Raises NotVerified when the simulator was never started, ReadinessError when there are no recordings.
        """
        if self.environment.replays:
            made = self.recordings
            return self.environment.clock(made.made(cassette).began if cassette else made.moment())
        return self.environment.clock()

    def connect(self, observer: Observer | None = None, *, clock: Clock | None = None) -> ClariClient:
        """Return a client of this environment. Raises SecretError, or NotVerified while the simulator does not run."""
        return self.connect_by(observer, clock or self.clock_at())

    def connect_as_set(self, observer: Observer | None, clock: Clock) -> ClariClient:
        """Return a client as the settings want it. Raises as `connect` does."""
        return connect_to(self.environment, clock=clock, on_exchange=observer)

    @cached_property
    def collector(self) -> Collector:
        """Where evidence is collected, once for all workers."""
        return Collector(self.evidence_directory)

    @cached_property
    def answers(self) -> Answers:
        """Clari's answers."""
        exports = None if self.recording or self.environment.replays else self.exports
        return Answers(self.environment, self.collector, connect=self.connect, cassette=self.cassette, exports=exports)

    @cached_property
    def exports(self) -> Exports:
        """What the gate may export itself, where this Clari has no synchronous forecast (F21)."""
        return Exports(
            self.environment,
            self.collector,
            connect=self.connect,
            clock=self.clock_at,
            directory=self.evidence_directory,
            say=self.say,
        )

    def cancel_exports(self) -> Iterator[str]:
        """Cancel what the run has started and left, a run that is stopped above all; yield a sentence for each job."""
        return cancel_left_over(self.environment, connect=self.connect, clock=self.clock_at)

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


def _cassettes_of(environment: Environment) -> Path:
    return environment.recordings_directory if environment.kind == "team" else shipped("cassettes")


def _recordable(environment: Environment) -> str:
    """Return the environment that is recorded to get what this one replays."""
    return "simulated" if environment.kind == "recorded" else environment.name


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
