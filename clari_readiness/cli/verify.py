"""`clari-readiness verify FILE`: whether a report is intact, and its decision still stands."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from clari_readiness.cli.options import Config
from clari_readiness.cli.report import Key, resolved
from clari_readiness.environments import Environment, Environments, load_default
from clari_readiness.errors import SettingsError
from clari_readiness.gate.provenance import fingerprints
from clari_readiness.model.time import SystemClock
from clari_readiness.report import ended, opened, require_signature
from clari_readiness.secrets import Secret
from clari_readiness.trial import exporter_version

NOT_GOOD, COULD_NOT_LOOK = 1, 10

File = Annotated[Path, typer.Argument(metavar="FILE", help="A report.html or report.json of the gate.")]


def verify(file: File, key: Key = None, config: Config = None) -> None:
    """Say whether a report is undamaged, and whether its decision still stands.

    The seal's key, from --key or the settings' `report.seal_key`, finds tampering too: without it, whoever changes a
    report can seal it again. The exit code is 0 when it is intact, still stands, and the run passed; 1 when not; 10
    when the settings that it is to be compared with are not here.
    """
    found = opened(file)
    settings, missing = _settings(found.claim.environment, config)
    signing = resolved(key) or _settings_key(settings)
    if signing is not None:
        require_signature(found, file, signing)
        typer.echo(f"{file}: not tampered with: sealed with the key of {signing.where} (HMAC-SHA-256)")
    else:
        typer.echo(f"{file}: not damaged (SHA-256). Tampering was not looked for: that takes --key, or report.seal_key")
    reasons = ended(found.claim, SystemClock().now(), _now(settings))
    typer.echo(f"{found.claim.decision}, {found.claim.environment}, exit code {found.claim.exit_code}")
    for reason in reasons:
        typer.echo(f"the decision does not stand any more: {reason}")
    if reasons or found.claim.exit_code:
        raise typer.Exit(NOT_GOOD)
    if missing:
        typer.echo(f"whether settings, exporter and contracts are the same is not known: {missing}")
        raise typer.Exit(COULD_NOT_LOOK)
    typer.echo("the decision still stands")


def _settings(name: str, config: Path | None) -> tuple[tuple[Environments, Environment] | None, str]:
    """Return the settings of the report's environment, or why there are none; a named file has to be there."""
    try:
        environments = load_default(config)
        return (environments, environments.get(name)), ""
    except SettingsError as error:
        if config is not None:
            raise
        return None, error.message


def _settings_key(settings: tuple[Environments, Environment] | None) -> Secret | None:
    reference = settings[1].report.seal_key if settings else None
    return settings[1].resolve(reference) if settings and reference else None


def _now(settings: tuple[Environments, Environment] | None) -> Mapping[str, str]:
    """Return the fingerprints of now; that of an exporter whose version nobody knows is left empty."""
    if settings is None:
        return {}
    return fingerprints(*settings, exporter_version=exporter_version(settings[1]))
