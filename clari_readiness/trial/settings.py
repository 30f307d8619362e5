"""Who is on trial, as the settings and the options of a command say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from clari_readiness import __version__, secrets
from clari_readiness.environments import Environment
from clari_readiness.environments.tables import Exporter, Trial, TrialTable
from clari_readiness.environments.variables import process_environment
from clari_readiness.errors import NotVerified, ReadinessError, SettingsError
from clari_readiness.spelling import meant
from clari_readiness.trial.exporter import REFERENCE, Accused, words_of
from clari_readiness.trial.record import version_of
from clari_readiness.trial.rows import COLUMNS, TableNames
from clari_readiness.trial.variables import Names
from clari_readiness.trial.warehouses import Resolve, Warehouses, warehouses_at

REFERENCE_SCALE = 20.0
"""The reference exporter can be told to wait less."""

REFERENCE_AT_ONCE = 3
"""It writes nothing but beside its warehouse."""


@dataclass(frozen=True)
class Wishes:
    """What the options of a command say; None is what the settings say."""

    exporter: str | None = None
    warehouse: str | None = None
    time_scale: float | None = None
    at_once: int | None = None


def accused_of(environment: Environment | None, wishes: Wishes) -> Accused:
    """Return who is on trial.

    Raises SettingsError where that is not said, or not allowed; NotVerified for a managed connector, which nobody can
    start.
    """
    _allowed(environment)
    settings = environment.trial if environment else None
    words = words_of(wishes.exporter) if wishes.exporter is not None else _words(environment)
    return Accused(
        words,
        _warehouses(environment, wishes, is_reference=not words),
        environment.base if environment else Path.cwd(),
        Names(settings.variables, settings.env) if settings else Names(),
        {ours: _names(ours, table) for ours, table in settings.tables.items()} if settings else {},
        environment.exempt_surfaces if environment else {},
        _at_once(settings, wishes, is_reference=not words),
    )


def exporter_version(environment: Environment) -> str:
    """Return the version of the exporter that the settings name, empty where nobody knows it.

    Nothing is started but `trial.version_command`.
    """
    if environment.uses_reference_exporter:
        return __version__
    command = environment.trial.version_command if environment.trial else None
    try:
        return version_of(accused_of(environment, Wishes()), command)
    except ReadinessError:
        return ""


def time_scale_of(environment: Environment | None, wishes: Wishes, accused: Accused) -> float:
    """Return how many times faster than real time the simulator's clock runs."""
    if wishes.time_scale is not None:
        if not 0 < wishes.time_scale <= 100:
            raise SettingsError("--time-scale is not above 0 and at most 100", way_out="write a number like 20")
        return wishes.time_scale
    if not accused.words:
        return REFERENCE_SCALE
    return environment.trial.time_scale if environment and environment.trial else 1.0


def _allowed(environment: Environment | None) -> None:
    if environment and environment.live and environment.trial is None:
        raise SettingsError(
            f"{environment.name} is live, and no trial is declared for it: no exporter is started",
            way_out='declare one: trial = { warehouse = "duckdb:///trial.duckdb" }',
        )


def _words(environment: Environment | None) -> tuple[str, ...]:
    exporter = environment.exporter if environment else None
    if exporter is None:
        raise SettingsError("no exporter is named", way_out='write --exporter "python -m our_pipeline.export"')
    return _words_of(exporter)


def _words_of(exporter: Exporter) -> tuple[str, ...]:
    if exporter.managed is not None:
        raise NotVerified(f"{exporter.managed} is a managed connector: nobody can start it, so nobody can try it")
    return exporter.command if exporter.command is not None else words_of(exporter.callable or REFERENCE)


def _warehouses(environment: Environment | None, wishes: Wishes, *, is_reference: bool) -> Warehouses:
    settings = environment.trial if environment else None
    url = wishes.warehouse or (settings.warehouse if settings else "")
    if not url and not is_reference:
        raise SettingsError("no warehouse is named", way_out="write --warehouse duckdb:///trial.duckdb")
    own = environment.warehouse.url if environment else ""
    base = environment.base if environment else Path.cwd()
    return warehouses_at(url or "duckdb:///warehouse.duckdb", _resolver(environment), base, own=own)


def _resolver(environment: Environment | None) -> Resolve:
    """Return what resolves a reference to a URL: the environment, or where there is none the variables and files."""

    def resolve(reference: str) -> str:
        if environment is not None:
            return environment.resolve(reference).reveal()
        return secrets.resolve(reference, environ=process_environment(), base=Path.cwd(), fixtures={}).reveal()

    return resolve


def _at_once(settings: Trial | None, wishes: Wishes, *, is_reference: bool) -> int:
    """Return how many scenarios are tried side by side: one, unless somebody says that they have nothing in common."""
    if wishes.at_once is not None:
        return wishes.at_once
    if is_reference:
        return REFERENCE_AT_ONCE
    return settings.at_once if settings else 1


def _names(ours: str, table: TrialTable) -> TableNames:
    columns: Mapping[str, str] = table.columns
    for column in columns:
        if column not in COLUMNS[ours]:
            raise SettingsError(
                f"trial.tables.{ours}.columns maps {column!r:.60}, which no law knows",
                way_out=meant(column, COLUMNS[ours]),
            )
    return TableNames(table.name or ours, columns)
