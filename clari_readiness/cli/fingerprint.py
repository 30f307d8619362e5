"""`clari-readiness fingerprint`: what to store as `key_fingerprint`."""

from __future__ import annotations

import typer

from clari_readiness.cli.options import Config, Env, chosen
from clari_readiness.errors import SettingsError
from clari_readiness.secrets import fingerprint as fingerprint_of


def fingerprint(env: Env, config: Config = None) -> None:
    """Print the keyed fingerprint of an environment's token: store it as key_fingerprint (AUTH-04)."""
    environment = chosen(env, config)
    if environment.fingerprint_salt is None:
        raise SettingsError(
            f"env.{env}: there is no fingerprint_salt", way_out="put one into [default]: openssl rand -hex 16"
        )
    typer.echo(fingerprint_of(environment.secret(), environment.fingerprint_salt))
