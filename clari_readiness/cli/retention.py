"""`clari-readiness retention`: what lies before the window of quarters goes, or would go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from clari_readiness.cli.nightly import nightly
from clari_readiness.cli.options import Config, Env, chosen
from clari_readiness.environments import Environment
from clari_readiness.errors import SettingsError
from clari_readiness.exporter import Landing, RetiredFiles, enforce, warehouse_of, window_of
from clari_readiness.model.alarms import Watched
from clari_readiness.warehouse import Retired

DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would go, and take nothing.")]

_NAMED = 4  # so many periods are named each; of more, and of days, the first and the last are


def retention(env: Env, config: Config = None, dry_run: DryRun = False) -> None:  # noqa: FBT002 - typer's way
    """Let go of the quarters before the window (retention_quarters), in the reference exporter's warehouse and files.

    The current fiscal quarter and those before it that make up the window stay, and so do later ones.
    """
    environment = chosen(env, config)
    _require_ours(environment)
    with nightly(environment, "retention", kept=not dry_run) as run:
        _enforce(environment, dry_run=dry_run)
        run.add(Watched(frozenset({"retention"})))


def _enforce(environment: Environment, *, dry_run: bool) -> None:
    """Let go, or say what would go, step by step."""
    window, quarters = window_of(environment, environment.clock()), environment.retention_quarters
    typer.echo(f"the window: {window.first} to {window.first.minus(1 - quarters)}, {quarters} quarters, and later ones")
    warehouse = warehouse_of(environment)
    landing = Landing.below(environment.directory)
    nothing = True
    for step in enforce(window, warehouse=warehouse, landing=landing, dry_run=dry_run):
        for line in _lines(step, "would go" if dry_run else "gone"):
            nothing = False
            typer.echo(line)
    if nothing:
        typer.echo("nothing lies before it")


def _require_ours(environment: Environment) -> None:
    """Refuse to delete from a warehouse that another exporter fills."""
    if environment.kind == "recorded":
        raise SettingsError(
            "recorded has recordings and no warehouse that lasts", way_out="choose another one with --env"
        )
    if environment.exporter is not None and not environment.uses_reference_exporter:
        raise SettingsError(
            f"env.{environment.name}.exporter: this command deletes from the reference exporter's warehouse alone, and "
            f"this one is filled by another exporter ({environment.exporter.kind})",
            way_out="enforce retention_quarters where it is filled; RES-06 tells whether that was done",
        )


def _lines(step: Retired | RetiredFiles, verb: str) -> Iterator[str]:
    if isinstance(step, RetiredFiles):
        if step.count:
            yield f"landed files: {_many(step.count, 'file')}, {_many(step.bytes, 'byte')}{_of(step.of)} {verb}"
        return
    for table in step.tables:
        if table.count:
            yield f"{table.table}: {_many(table.count, 'row')}{_of(table.of)} {verb}"
    if step.files_forgotten:
        yield f"export_jobs: {_many(step.files_forgotten, 'row')} of the ledger stay, their paths {verb}"


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _of(parts: tuple[str, ...]) -> str:
    if not parts:
        return ""
    return f" of {', '.join(parts)}" if len(parts) <= _NAMED else f" of {parts[0]} to {parts[-1]} ({len(parts)})"
