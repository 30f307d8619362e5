"""`clari-readiness doctor`: whether this key gets anything out of Clari, which is the first question of all."""

from __future__ import annotations

from clari_readiness.cli.gate import become_the_gate
from clari_readiness.cli.options import Config, Env, chosen

QUIETLY = ("-q", "--no-header", "--no-summary")


def doctor(env: Env = "recorded", config: Config = None) -> None:
    """Try the key, the address and the forecasts of an environment: the CONN items, in seconds, and no others.

    The exit code is the gate's: 0 when all of them pass, 1 when one fails, 10 when one could not look.
    """
    become_the_gate(chosen(env, config), ["-m", "connection", *QUIETLY])
