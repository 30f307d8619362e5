"""`clari-readiness check`: the gate, from an installed wheel, outside a clone."""

from __future__ import annotations

import typer

from clari_readiness.cli.gate import become_the_gate, own_checks
from clari_readiness.cli.options import Config, Env, chosen


def check(context: typer.Context, env: Env = "recorded", config: Config = None) -> None:
    """Judge an environment by every item of the checklist: `pytest checks` from wherever the settings are.

    Every other option is pytest's or the gate's, such as -m contracts, -k AUTH-04, -n 4 or --checks=DIR. Checks in
    checks/ beside the settings file join; fixtures in a conftest.py beside it take the place of the shipped ones.
    The exit code is the gate's: 0 GO, 1 NO-GO, 10 INCOMPLETE, 11 INVALID.
    """
    environment = chosen(env, config)
    become_the_gate(environment, [*own_checks(environment), *context.args])
