"""One run, measured from its beginning to its end, and what it leaves behind: a line on record, and the metrics."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from clari_readiness.client import ClariClient, Exchange, connect_to
from clari_readiness.environments import Environment
from clari_readiness.errors import ClariError, ReadinessError
from clari_readiness.model.exports import Limits
from clari_readiness.model.runs import CommandRuns, Run
from clari_readiness.model.time import Clock, SystemClock
from clari_readiness.monitoring.metrics import exposition
from clari_readiness.monitoring.sources import samples_of
from clari_readiness.monitoring.textfile import put
from clari_readiness.warehouse import RunStore


class Meter:
    """What a run of `command` sees of Clari. `clock` is the environment's."""

    def __init__(self, command: str, clock: Clock) -> None:
        self._command = command
        self._clock = clock
        self._began = clock.now()
        self._retried = 0
        self._breaker_open: bool | None = None
        self._limits: Limits | None = None

    @contextmanager
    def connect(self, environment: Environment) -> Iterator[ClariClient]:
        """Connect as `connect_to` does; requests that were sent again are counted, the breaker is looked at last."""
        with connect_to(environment, clock=self._clock, on_exchange=self._seen) as client:
            try:
                yield client
            finally:
                self._breaker_open = client.circuit_open

    def ask_limits(self, client: ClariClient) -> None:
        """Ask what is left of the quota, which costs none of it; without an answer the last known one stays."""
        with suppress(ClariError):
            self._limits = client.limits()

    def ended(self, *, succeeded: bool) -> Run:
        """Return the run as it ends now."""
        limits = self._limits
        return Run(
            self._command,
            self._began,
            self._clock.now(),
            succeeded,
            self._retried,
            self._breaker_open,
            limits.monthly_quota if limits else None,
            limits.available_monthly if limits else None,
        )

    def _seen(self, exchange: Exchange) -> None:
        self._retried += exchange.attempt > 1


def leave_behind(environment: Environment, run: Run) -> None:
    """Record the run, and write the metrics of its environment to `metrics_path`.

    Where the suite's records cannot be written the metrics have this run alone, without totals. Raises ReadinessError
    when either fails, the metrics having been tried in any case.
    """
    environment.make_directory()
    runs = RunStore(environment.state_path, SystemClock())
    lost: ReadinessError | None = None
    try:
        runs.record(run)
        commands = runs.commands()
    except ReadinessError as error:
        lost, commands = error, (CommandRuns(run),)
    put(environment.metrics_path, _text(environment, commands, runs, run.ended_at))
    if lost is not None:
        raise lost


def _text(environment: Environment, commands: tuple[CommandRuns, ...], runs: RunStore, now: datetime) -> bytes:
    return exposition(samples_of(environment, commands, runs, now), environment.name)
