"""`clari-readiness alert --test`: the fire drill of MON-02."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from clari_readiness.alerts import clock_of, drill, post, store_of
from clari_readiness.cli.options import Config, Env, chosen
from clari_readiness.environments import Environment
from clari_readiness.errors import SettingsError

Test = Annotated[bool, typer.Option("--test", help="Send a test message to every destination: the fire drill.")]


def alert(env: Env, config: Config = None, test: Test = False) -> None:  # noqa: FBT002 - typer's way
    """Hold a fire drill: send a test message to every destination in `alerts.to`, and keep who took it (MON-02).

    The exit code is 0 when each of them has accepted it, and 1 otherwise.
    """
    environment = chosen(env, config)
    _require_a_drill(environment, test=test)
    environment.make_directory()
    drills = drill(environment.name, environment.destinations(), post, clock_of(environment))
    for each in drills:
        typer.echo(f"{each.name}: {'accepted' if each.accepted else f'not accepted: {each.reason}'}")
    store_of(environment).record_drills(drills)
    if not all(each.accepted for each in drills):
        sys.exit(1)


def _require_a_drill(environment: Environment, *, test: bool) -> None:
    if not test:
        raise SettingsError("alert sends nothing but the fire drill", way_out="say --test")
    if environment.kind == "recorded":
        raise SettingsError("recorded sends nothing to anybody", way_out="choose another environment with --env")
    if not environment.alerts.to:
        raise SettingsError(
            f"env.{environment.name}.alerts.to: there is nobody to send to",
            way_out='name destinations: alerts = { to = ["env://CLARI_ALERTS_SLACK"] }',
        )
