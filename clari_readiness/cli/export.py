"""`clari-readiness export`: the reference exporter, with a progress bar on a terminal and one line a job elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from clari_readiness.alerts import clock_of, link_of, watched_exports
from clari_readiness.cli.nightly import NightlyRun, nightly
from clari_readiness.cli.options import Config, Env, chosen, require_a_clari
from clari_readiness.environments import Environment
from clari_readiness.errors import SettingsError
from clari_readiness.exporter import (
    DataFinding,
    Event,
    Step,
    exclusively,
    export_audit_events,
    export_opportunities,
    exporter_of,
    lock_beside,
    opportunity_ids,
    planned,
    require_ids,
    warehouse_of,
    window_of,
)
from clari_readiness.model.exports import ExportRequest
from clari_readiness.spelling import meant
from clari_readiness.validation import Contracts

Anew = Annotated[bool, typer.Option("--anew", help="Export what was exported recently enough, too: it costs quota.")]
AuditEvents = Annotated[bool, typer.Option("--audit-events", help="Export audit events, too: each day not there yet.")]
Forecasts = Annotated[
    list[str] | None,
    typer.Option("--forecast", metavar="ID", help="Only this forecast; may be repeated.  [default: all configured]"),
]
Periods = Annotated[
    list[str] | None,
    typer.Option("--period", metavar="YYYY_QQ", help="Only this quarter; may be repeated.  [default: all of the plan]"),
]
NoForecasts = Annotated[
    bool, typer.Option("--no-forecasts", help="Leave the forecasts out: opportunities, and audit events where asked.")
]


def export(  # noqa: PLR0917 - typer's way
    env: Env,
    config: Config = None,
    anew: Anew = False,  # noqa: FBT002 - typer's way
    audit_events: AuditEvents = False,  # noqa: FBT002 - typer's way
    forecast: Forecasts = None,
    period: Periods = None,
    no_forecasts: NoForecasts = False,  # noqa: FBT002 - typer's way
) -> None:
    """Export every forecast and quarter that is due into the warehouse, with the reference exporter.

    Opportunities follow where the settings name some, unless a forecast or quarter was named. The exit code is 1 when
    anything was refused, failed or was empty.
    """
    environment = chosen(env, config)
    require_a_clari(environment)
    requests = _chosen(planned(environment, clock_of(environment)), forecast or (), period or ())
    narrowed = bool(forecast or period)
    if no_forecasts and narrowed:
        raise SettingsError("--no-forecasts leaves nothing of --forecast and --period", way_out="leave one of them out")
    if not narrowed:
        require_ids(environment)
    console = Console()
    with nightly(environment, "export") as run:
        good = no_forecasts or _forecasts(environment, run, requests, console, anew=anew)
        for line in _others(environment, run, audit_events=audit_events, opportunities=not narrowed):
            console.print(line, soft_wrap=True)
        if not good:
            sys.exit(1)


def _chosen(
    requests: tuple[ExportRequest, ...], forecasts: Iterable[str], periods: Iterable[str]
) -> tuple[ExportRequest, ...]:
    """Return the requests that the options name. Raises SettingsError for a name that no request has."""
    wanted = {"--forecast": set(forecasts), "--period": set(periods)}
    known = {"--forecast": {each.forecast_id for each in requests}, "--period": {each.time_period for each in requests}}
    for option, names in wanted.items():
        for name in sorted(names - known[option]):
            raise SettingsError(f"{option}: {name} is not exported", way_out=meant(name, sorted(known[option])))
    return tuple(
        each
        for each in requests
        if each.forecast_id in (wanted["--forecast"] or known["--forecast"])
        and each.time_period in (wanted["--period"] or known["--period"])
    )


def _forecasts(
    environment: Environment, run: NightlyRun, requests: tuple[ExportRequest, ...], console: Console, *, anew: bool
) -> bool:
    """Export them, show how it goes, and return whether all is good."""
    show = _with_a_bar if sys.stdout.isatty() else _line_by_line
    tally = show(_exported(environment, run, requests, anew=anew), len(requests), console)
    run.add(watched_exports(tally.told, link=link_of(environment)))
    before = f", {tally.good - tally.loaded} of them before" if tally.good > tally.loaded else ""
    console.print(f"{tally.good} of {len(requests)} exports loaded{before}")
    if failed := len(requests) - tally.good:
        typer.echo(f"{failed} of {len(requests)} exports failed; the warehouse keeps what it had of them", err=True)
    return not (failed or tally.grave)


def _others(environment: Environment, run: NightlyRun, *, audit_events: bool, opportunities: bool) -> Iterator[str]:
    """Export what has tables of its own, and yield a line for each."""
    named = opportunities and bool(environment.opportunities or environment.opportunities_from)
    if not (named or audit_events):
        return
    clock, contracts = environment.clock(), Contracts()
    warehouse = warehouse_of(environment)
    with (
        exclusively(lock_beside(warehouse.beside)),
        warehouse.held(),
        run.meter.connect(environment) as client,
        warehouse.events() as store,
    ):
        if audit_events:
            since = window_of(environment, clock).begins
            days = list(export_audit_events(client, store, contracts, clock, since=since))
            yield f"audit events: {sum(day.events for day in days)} of {len(days)} days"
        if named:
            ids = opportunity_ids(environment, store)
            done = export_opportunities(ids, client, store, contracts, clock)
            unknown = f"; Clari does not know {', '.join(done.unknown[:5])}" if done.unknown else ""
            yield f"opportunities: {done.kept} of {len(ids)}{unknown}{' ...' if done.unknown[5:] else ''}"


@dataclass
class _Tally:
    """What became of the exports so far."""

    good: int = 0
    loaded: int = 0
    grave: int = 0
    cost_told: bool = False
    told: list[Event] = field(default_factory=list)

    def lines(self, event: Event) -> Iterator[Text]:
        """Count an event, and yield what a log should say of it."""
        if event.step.last or event.finding is not None:
            self.told.append(event)
        if event.cost is not None and not self.cost_told:
            self.cost_told = True
            yield Text(f"this run takes {event.cost}")
        if event.finding is not None:
            self.grave += event.finding.grave
            yield _finding(event.finding)
        if event.step.last:
            self.good += event.step.good
            self.loaded += event.step is Step.LOADED
            yield _line(event)


def _exported(
    environment: Environment, run: NightlyRun, requests: tuple[ExportRequest, ...], *, anew: bool
) -> Iterator[Event]:
    """Yield the steps of all exports; when they have cost something, what is left of the quota is asked for."""
    clock = environment.clock()
    directory = environment.make_directory()
    warehouse = warehouse_of(environment)
    with run.meter.connect(environment) as client, closing(warehouse):
        exporter = exporter_of(
            environment, client=client, contracts=Contracts(), clock=clock, directory=directory, warehouse=warehouse
        )
        cost = False
        for event in exporter.export_all(requests, anew=anew):
            cost = cost or event.cost is not None
            yield event
        if cost:
            run.meter.ask_limits(client)


def _line_by_line(events: Iterator[Event], total: int, console: Console) -> _Tally:  # noqa: ARG001 - as with a bar
    tally = _Tally()
    for event in events:
        for line in tally.lines(event):
            console.print(line, soft_wrap=True)
    return tally


def _with_a_bar(events: Iterator[Event], total: int, console: Console) -> _Tally:
    tally = _Tally()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("exporting", total=total)
        for event in events:
            progress.update(task, description=f"{event.request.forecast_id} {event.request.time_period} {event.step}")
            for line in tally.lines(event):
                progress.console.print(line, soft_wrap=True)
            if event.step.last:
                progress.advance(task)
    return tally


def _line(event: Event) -> Text:
    what = f"{event.request.forecast_id} {event.request.time_period}"
    job = f" (job {event.job_id})" if event.job_id else ""
    return Text(f"{what}: {event.step}, {event.detail}{job}", style="" if event.step.good else "bold red")


def _finding(finding: DataFinding) -> Text:
    what = f"{finding.request.forecast_id} {finding.request.time_period}"
    kept = f"; kept at {finding.kept}" if finding.kept else ""
    return Text(f"{what}: {finding.cause}: {finding.detail}{kept}", style="bold red" if finding.grave else "yellow")
