"""A nightly command, watched: however it ends, it leaves a line on record and its metrics."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from clari_readiness.environments import Environment
from clari_readiness.errors import NotVerified, ReadinessError
from clari_readiness.model.time import Clock, SystemClock
from clari_readiness.monitoring import Watch, leave_behind


@contextmanager
def watched(environment: Environment, command: str) -> Iterator[Watch]:
    """Watch a command: one that exits with another code than 0, crashes or is interrupted has failed.

    What keeps the metrics from being written is one line, and does not change the exit code.
    """
    watch, succeeded = Watch(command, _clock(environment)), False
    try:
        yield watch
        succeeded = True
    except SystemExit as end:
        succeeded = not end.code
        raise
    finally:
        try:
            leave_behind(environment, watch.ended(succeeded=succeeded))
        except ReadinessError as error:
            typer.echo(f"clari-readiness: the metrics of this run are not complete: {error}", err=True)


def _clock(environment: Environment) -> Clock:
    """Return the environment's clock; the machine's where the simulator was never started."""
    try:
        return environment.clock()
    except NotVerified:
        return SystemClock()
