"""Options that several commands share, and how they become an environment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clari_readiness.environments import Environment, load_default
from clari_readiness.errors import SettingsError

Env = Annotated[str, typer.Option("--env", metavar="NAME", help="The environment in the settings file.")]
Config = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="The settings file.  [default: clari-readiness.toml]")
]


def chosen(env: str, config: Path | None) -> Environment:
    """Return the environment that the options name. Raises SettingsError."""
    return load_default(config).get(env)


def require_a_clari(environment: Environment) -> None:
    """Refuse the recorded environment. Raises SettingsError."""
    if environment.kind == "recorded":
        raise SettingsError(
            "recorded has recordings and no Clari to export from",
            way_out="start `clari-readiness simulate`, and export with --env=simulated",
        )
