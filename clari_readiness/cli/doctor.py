"""`clari-readiness doctor`: whether this key gets anything out of Clari, which is the first question of all."""

from __future__ import annotations

import subprocess
import sys

import typer

from clari_readiness.cli.options import Config, Env, chosen
from clari_readiness.shipped import shipped

QUIETLY = ("-q", "--no-header", "--no-summary", "--import-mode=importlib", "-p", "no:cacheprovider")


def doctor(env: Env = "recorded", config: Config = None) -> None:
    """Try the key, the address and the forecasts of an environment: the CONN items, in seconds, and no others.

    The exit code is the gate's: 0 when all of them pass, 1 when one fails, 10 when one could not look.
    """
    chosen(env, config)  # a mistake in the settings is told in our words, before pytest says anything
    named = [f"--config={config}"] if config else []
    asked = [str(shipped("checks")), "-m", "connection", f"--env={env}", *named]
    gate = [sys.executable, "-m", "pytest", "-p", "clari_readiness.plugin", *QUIETLY, *asked]
    raise typer.Exit(subprocess.run(gate, check=False).returncode)  # noqa: S603 - no shell, and these words
