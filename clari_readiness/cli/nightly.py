"""A nightly command: however it ends, people hear what it found, and it leaves a line on record and its metrics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Literal

import duckdb
import typer

from clari_readiness.alerts import Job, clock_of, could_not_run, deliver, link_of
from clari_readiness.environments import Environment
from clari_readiness.errors import ReadinessError, SettingsError
from clari_readiness.model.alarms import Watched
from clari_readiness.model.runs import Run
from clari_readiness.monitoring import Meter, leave_behind

Command = Literal["export", "reconcile", "retention"]

_JOBS: Mapping[Command, Job] = {"export": "export", "reconcile": "reconciliation", "retention": "retention"}


class NightlyRun:
    """A run of a nightly command: what its `meter` sees of Clari, and what it has looked at and raised so far."""

    def __init__(self, environment: Environment, command: Command) -> None:
        self.meter = Meter(command, clock_of(environment))
        self.watched = Watched()
        self._environment = environment
        self._job = _JOBS[command]

    def add(self, watched: Watched) -> None:
        """Take in what a part of the command says."""
        self.watched += watched

    def could_not_run(self, error: Exception) -> None:
        """Raise the alarm that an error has ended the command."""
        self.add(could_not_run(self._job, error, link=link_of(self._environment)))


@contextmanager
def nightly(environment: Environment, command: Command, *, kept: bool = True) -> Iterator[NightlyRun]:
    """Run a nightly command: one that exits with another code than 0, crashes or is interrupted has failed.

    An error that ends it is told, a mistake in the settings and an interrupt are not: somebody sits before the
    terminal. What keeps alerts or metrics from going out is one line, and does not change the exit code. What is not
    news, as a run that looks at a past day, is not `kept`: it must neither alarm nor reassure anybody.
    """
    run, succeeded = NightlyRun(environment, command), False
    try:
        yield run
        succeeded = True
    except SystemExit as end:
        succeeded = not end.code
        raise
    except (SettingsError, duckdb.InterruptException):
        raise
    except Exception as error:
        run.could_not_run(error)
        raise
    finally:
        if kept:
            _tell(environment, run.watched)
            _leave_behind(environment, run.meter.ended(succeeded=succeeded))


def _tell(environment: Environment, watched: Watched) -> None:
    """Send alerts, and say on the standard error output what became of them."""
    try:
        for line in deliver(environment, watched.alarms, watched.topics):
            typer.echo(line, err=True)
    except ReadinessError as error:
        typer.echo(f"alerts: not all was sent or recorded: {error}", err=True)


def _leave_behind(environment: Environment, run: Run) -> None:
    try:
        leave_behind(environment, run)
    except ReadinessError as error:
        typer.echo(f"clari-readiness: the metrics of this run are not complete: {error}", err=True)
