"""A nightly command tells somebody what it found, and what it could not: its own exit code stays what it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import typer

from clari_readiness.alerts import Job, could_not_run, deliver, link_of
from clari_readiness.environments import Environment
from clari_readiness.errors import ReadinessError, SettingsError
from clari_readiness.model.alarms import Watched


class Watch:
    """What a command has looked at and raised so far."""

    def __init__(self) -> None:
        self.watched = Watched()

    def add(self, watched: Watched) -> None:
        """Take in what a part of the command says."""
        self.watched += watched


@contextmanager
def alerting(environment: Environment, job: Job) -> Iterator[Watch]:
    """Tell, at the end, what was raised; an error that ends the command is told, and raised on.

    A mistake in the settings and an interrupt are not told: somebody sits before the terminal.
    """
    watch = Watch()
    try:
        yield watch
    except (SettingsError, duckdb.InterruptException):
        raise
    except Exception as error:
        tell(environment, watch.watched + could_not_run(job, error, link=link_of(environment)))
        raise
    tell(environment, watch.watched)


def tell(environment: Environment, watched: Watched) -> None:
    """Send alerts, and say on the standard error output what nobody took."""
    try:
        for line in deliver(environment, watched.alarms, watched.topics):
            typer.echo(line, err=True)
    except ReadinessError as error:
        typer.echo(f"alerts: not all was sent or recorded: {error}", err=True)
