"""`clari-readiness reconcile`: Clari against the warehouse, on the terminal, as JSON and in our own records."""

from __future__ import annotations

import json
import shutil
import sys
from datetime import date, datetime
from typing import Annotated

import typer

from clari_readiness.cli.metering import metered
from clari_readiness.cli.options import Config, Env, chosen
from clari_readiness.environments import Environment
from clari_readiness.errors import ReadinessError, SettingsError
from clari_readiness.model.calendar import Quarter
from clari_readiness.model.reconciliation import Reconciliation, Verdict
from clari_readiness.monitoring import Meter
from clari_readiness.reconcile import compared_warehouse, periods_of, reconciler_of, state_of
from clari_readiness.report import reconciliation_document, reconciliation_table
from clari_readiness.report.files import replace
from clari_readiness.validation import Contracts

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

    The exit code is 0 when they are the same, 1 when they differ, 10 when nobody could look. It costs no quota.
    """
    environment = chosen(env, config)
    _require_a_warehouse(environment)
    periods = tuple(_quarter(name) for name in period or ())
    with metered(environment, "reconcile", kept=as_of is None) as meter:
        sys.exit(_compare(environment, meter, periods, as_of.date() if as_of else None, as_json=as_json))


def _compare(
    environment: Environment, meter: Meter, periods: tuple[str, ...], as_of: date | None, *, as_json: bool
) -> int:
    """Compare, show what was found and keep it; return the exit code."""
    try:
        found, at = _reconciled(environment, meter, periods, as_of)
    except SettingsError:
        raise
    except ReadinessError as error:
        typer.echo(f"clari-readiness: {error}", err=True)
        return EXIT_CODES[Verdict.NOT_LOOKED]
    document = json.dumps(reconciliation_document(found), indent=1, ensure_ascii=False)
    typer.echo(document if as_json else _table(found))
    return _kept(environment, found, document, at) or EXIT_CODES[found.verdict]


def _reconciled(
    environment: Environment, meter: Meter, periods: tuple[str, ...], as_of: date | None
) -> tuple[Reconciliation, datetime]:
    """Return what differs, and when that was seen by the environment's clock."""
    clock = environment.clock()
    scratch = environment.make_directory() / "reconcile"
    with (
        meter.connect(environment) as client,
        compared_warehouse(environment, scratch=scratch) as warehouse,
    ):
        reconciler = reconciler_of(environment, client=client, warehouse=warehouse, contracts=Contracts(), clock=clock)
        asked = periods or periods_of(environment, as_of or clock.now().date())
        return reconciler.reconcile(environment.forecasts, asked, as_of=as_of), clock.now()


def _kept(environment: Environment, found: Reconciliation, document: str, at: datetime) -> int:
    """Keep what was found for the next run; a night that leaves no record did not succeed, unless it found worse."""
    try:
        replace(environment.directory / "reconciliation.json", document.encode())
        state_of(environment).record(found, at)
    except ReadinessError as error:
        typer.echo(f"clari-readiness: this reconciliation was not recorded: {error}", err=True)
        return EXIT_CODES[found.verdict] or EXIT_CODES[Verdict.NOT_LOOKED]
    return 0


def _table(found: Reconciliation) -> str:
    width = shutil.get_terminal_size((120, 40)).columns
    return reconciliation_table(found, width=max(width, 100), colour=sys.stdout.isatty())


def _require_a_warehouse(environment: Environment) -> None:
    if environment.kind == "recorded":
        raise SettingsError(
            "recorded has recordings and no warehouse that lasts",
            way_out="`pytest checks -m reconciliation` rehearses it; or choose another environment with --env",
        )


def _quarter(name: str) -> str:
    try:
        return str(Quarter.parse(name))
    except ValueError as error:
        raise SettingsError(f"--period: {error}") from None
