"""A nightly command, measured: however it ends, it leaves a line on record and its metrics."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from clari_readiness.environments import Environment
from clari_readiness.errors import NotVerified, ReadinessError
from clari_readiness.model.runs import Run
from clari_readiness.model.time import Clock, SystemClock
from clari_readiness.monitoring import Meter, leave_behind


@contextmanager
def metered(environment: Environment, command: str, *, kept: bool = True) -> Iterator[Meter]:
    """Measure a command: one that exits with another code than 0, crashes or is interrupted has failed.

    What keeps the metrics from being written is one line, and does not change the exit code. What is not the night's
    run, as one that looks at a past day, is not `kept`: it must neither alarm nor reassure anybody.
    """
    meter, succeeded = Meter(command, _clock(environment)), False
    try:
        yield meter
        succeeded = True
    except SystemExit as end:
        succeeded = not end.code
        raise
    finally:
        if kept:
            _leave_behind(environment, meter.ended(succeeded=succeeded))


def _leave_behind(environment: Environment, run: Run) -> None:
    try:
        leave_behind(environment, run)
    except ReadinessError as error:
        typer.echo(f"clari-readiness: the metrics of this run are not complete: {error}", err=True)


def _clock(environment: Environment) -> Clock:
    """Return the environment's clock; the machine's where the simulator was never started."""
    try:
        return environment.clock()
    except NotVerified:
        return SystemClock()
