"""`clari-readiness simulate`: the simulator, until it is interrupted."""

from __future__ import annotations

import signal
import threading
from datetime import datetime
from typing import Annotated

import typer

from clari_readiness.cli.options import Config, chosen
from clari_readiness.environments import Environment
from clari_readiness.errors import NotVerified
from clari_readiness.simulator import DEFAULT_NOW, RunningClock, Simulator


def simulate(
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port on loopback; 0 for any.")] = 8080,
    speed: Annotated[
        float | None, typer.Option(min=0.01, max=10_000, help="How much faster than the machine's its clock runs.")
    ] = None,
    config: Config = None,
) -> None:
    """Run the simulator: a virtual organisation that answers as Clari does, on loopback, until Ctrl-C."""
    environment = chosen("simulated", config)
    directory = environment.make_directory()
    clock = None if speed is None else RunningClock(_shown(environment), speed=speed)
    simulator = Simulator(key=environment.secret().reveal(), state_directory=directory, clock=clock)
    stop = threading.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: stop.set())
    simulator.start(port)
    try:
        typer.echo(f"the simulator answers at {simulator.base_url()} (v1: {simulator.base_url('v1')})")
        typer.echo(f"its clock shows {simulator.clock.now():%Y-%m-%d %H:%M} UTC; its state is in {directory}")
        typer.echo("next, in another terminal: clari-readiness export --env=simulated; stop it with Ctrl-C")
        stop.wait()
    finally:
        simulator.stop()
    typer.echo("the simulator has stopped; its organisation goes on where it left off when it is started again")


def _shown(environment: Environment) -> datetime:
    """Return the time at which its clock goes on: the one it showed last, or the first one."""
    try:
        return environment.clock().now()
    except NotVerified:
        return DEFAULT_NOW
