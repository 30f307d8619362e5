"""`clari-readiness reconcile`: Clari against the warehouse, on the terminal, as JSON and in our own records."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

import typer

from clari_readiness.alerts import link_of, watched_anomalies, watched_reconciliation
from clari_readiness.cli.nightly import NightlyRun, nightly
from clari_readiness.cli.options import Config, Env, chosen
from clari_readiness.environments import Environment
from clari_readiness.errors import ReadinessError, SettingsError
from clari_readiness.model.alarms import Watched
from clari_readiness.model.anomalies import Detection
from clari_readiness.model.calendar import Quarter
from clari_readiness.model.reconciliation import Reconciliation, Verdict
from clari_readiness.monitoring import detector_of
from clari_readiness.reconcile import compared_warehouse, periods_of, reconciler_of, state_of
from clari_readiness.report import detection_document, reconciliation_document, reconciliation_table
from clari_readiness.report.files import put
from clari_readiness.validation import Contracts
from clari_readiness.warehouse import ComparedWarehouse, standing_amounts

RECORD = "reconciliation.json"
EXIT_CODES = {Verdict.SAME: 0, Verdict.DIFFERENT: 1, Verdict.NOT_LOOKED: 10}

Periods = Annotated[
    list[str] | None,
    typer.Option("--period", metavar="YYYY_QQ", help="Only this quarter; may be repeated.  [default: all exported]"),
]
AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", metavar="DATE", formats=["%Y-%m-%d"], help="The newest export until the end of that day."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of the table.")]


def reconcile(
    env: Env,
    config: Config = None,
    period: Periods = None,
    as_of: AsOf = None,
    as_json: AsJson = False,  # noqa: FBT002 - typer's way
) -> None:
    """Compare Clari with the warehouse: rows, keys, and amounts to the cent, for each forecast and quarter.

    The exit code is 0 when they are the same, 1 when they differ, 10 when nobody could look. It costs no quota. Amounts
    that swing are told for review, and change no exit code.
    """
    environment = chosen(env, config)
    _require_a_warehouse(environment)
    periods = tuple(_quarter(name) for name in period or ())
    day = as_of.date() if as_of else None
    with nightly(environment, "reconcile", kept=day is None) as run:  # a past day is no news
        sys.exit(_compare(environment, run, periods, day, as_json=as_json))


@dataclass(frozen=True)
class _Found:
    """What a run found: differences, anomalies (None when what reconciled before cannot be known), and when."""

    reconciliation: Reconciliation
    detection: Detection | None
    at: datetime


def _compare(
    environment: Environment, run: NightlyRun, periods: tuple[str, ...], day: date | None, *, as_json: bool
) -> int:
    """Compare, show what was found and keep it; return the exit code."""
    try:
        found = _reconciled(environment, run, periods, day)
    except SettingsError:
        raise
    except ReadinessError as error:
        run.could_not_run(error)
        typer.echo(f"clari-readiness: {error}", err=True)
        return EXIT_CODES[Verdict.NOT_LOOKED]
    run.add(_watched(environment, found))
    document = json.dumps(_document(found), indent=1, ensure_ascii=False)
    typer.echo(document if as_json else _table(found))
    return _kept(environment, found, document) or EXIT_CODES[found.reconciliation.verdict]


def _reconciled(environment: Environment, run: NightlyRun, periods: tuple[str, ...], as_of: date | None) -> _Found:
    """Return what differs and what swings, and when that was seen by the environment's clock."""
    clock = environment.clock()
    scratch = environment.make_directory() / "reconcile"
    with (
        run.meter.connect(environment) as client,
        compared_warehouse(environment, scratch=scratch) as warehouse,
    ):
        reconciler = reconciler_of(environment, client=client, warehouse=warehouse, contracts=Contracts(), clock=clock)
        asked = periods or periods_of(environment, as_of or clock.now().date())
        found, at = reconciler.reconcile(environment.forecasts, asked, as_of=as_of), clock.now()
        return _Found(found, _detected(environment, warehouse, found, at), at)


def _detected(
    environment: Environment, warehouse: ComparedWarehouse, found: Reconciliation, at: datetime
) -> Detection | None:
    """Return the anomalies of the exports that were just reconciled."""
    try:
        earlier = state_of(environment).reconciled_exports(at)
    except ReadinessError as error:
        typer.echo(f"clari-readiness: nothing was compared with what was before: {error}", err=True)
        return None
    with standing_amounts(environment, warehouse.reader) as amounts:
        return detector_of(environment, amounts).after(found, earlier)


def _watched(environment: Environment, found: _Found) -> Watched:
    """Return what somebody is to hear of it, now or when it is over."""
    link = link_of(environment, environment.directory / RECORD)
    watched = watched_reconciliation(found.reconciliation, link=link)
    return watched if found.detection is None else watched + watched_anomalies(found.detection, link=link)


def _kept(environment: Environment, found: _Found, document: str) -> int:
    """Keep what was found for the next run; a run that leaves no record did not succeed, unless it found worse."""
    try:
        put(environment.directory / RECORD, document.encode())
        state = state_of(environment)
        state.record(found.reconciliation, found.at)
        if found.detection is not None:
            state.record_detection(found.detection, found.at)
    except ReadinessError as error:
        typer.echo(f"clari-readiness: this reconciliation was not recorded: {error}", err=True)
        return EXIT_CODES[found.reconciliation.verdict] or EXIT_CODES[Verdict.NOT_LOOKED]
    return 0


def _document(found: _Found) -> dict[str, Any]:
    detection = None if found.detection is None else detection_document(found.detection)
    return {**reconciliation_document(found.reconciliation), "detection": detection}


def _table(found: _Found) -> str:
    width = max(shutil.get_terminal_size((120, 40)).columns, 100)
    return reconciliation_table(
        found.reconciliation, width=width, colour=sys.stdout.isatty(), detection=found.detection
    )


def _require_a_warehouse(environment: Environment) -> None:
    if environment.kind == "recorded":
        raise SettingsError(
            "recorded has recordings and no warehouse that lasts",
            way_out="`clari-readiness check -m reconciliation` rehearses it; or choose another environment with --env",
        )


def _quarter(name: str) -> str:
    try:
        return str(Quarter.parse(name))
    except ValueError as error:
        raise SettingsError(f"--period: {error}") from None
