"""`clari-readiness export`: the reference exporter, with a progress bar on a terminal and one line a job elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from clari_readiness.cli.options import Config, Env, chosen
from clari_readiness.client import connect_to
from clari_readiness.environments import Environment
from clari_readiness.errors import SettingsError
from clari_readiness.exporter import Event, Step, exporter_of, planned
from clari_readiness.model.exports import ExportRequest
from clari_readiness.model.time import SystemClock
from clari_readiness.validation import Contracts
from clari_readiness.warehouse import DuckDBWarehouse


def export(env: Env, config: Config = None) -> None:
    """Export every forecast and quarter into the warehouse, with the reference exporter.

    The exit code is 1 when anything was refused, failed or was empty.
    """
    environment = chosen(env, config)
    if environment.kind == "recorded":
        raise SettingsError(
            "recorded has recordings and no Clari to export from",
            way_out="start `clari-readiness simulate`, and export with --env=simulated",
        )
    console = Console()
    requests = planned(environment, environment.clock())
    show = _with_a_bar if sys.stdout.isatty() else _line_by_line
    failed = show(_exported(environment, requests), len(requests), console)
    if failed:
        typer.echo(f"{failed} of {len(requests)} exports failed; the warehouse keeps what it had of them", err=True)
        sys.exit(1)


def _exported(environment: Environment, requests: tuple[ExportRequest, ...]) -> Iterator[Event]:
    clock = environment.clock()
    directory = environment.make_directory()
    warehouse = DuckDBWarehouse.at(environment.warehouse.url, environment.base, SystemClock())
    with connect_to(environment, clock=clock) as client, warehouse:
        exporter = exporter_of(
            environment, client=client, contracts=Contracts(), clock=clock, directory=directory, warehouse=warehouse
        )
        yield from exporter.export_all(requests)


def _line_by_line(events: Iterator[Event], total: int, console: Console) -> int:
    failed = 0
    for event in events:
        if event.step.last:
            failed += event.step is not Step.LOADED
            console.print(_line(event), soft_wrap=True)
    console.print(f"{total - failed} of {total} exports loaded")
    return failed


def _with_a_bar(events: Iterator[Event], total: int, console: Console) -> int:
    failed = 0
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("exporting", total=total)
        for event in events:
            progress.update(task, description=f"{event.request.forecast_id} {event.request.time_period} {event.step}")
            if event.step.last:
                failed += event.step is not Step.LOADED
                progress.console.print(_line(event), soft_wrap=True)
                progress.advance(task)
    console.print(f"{total - failed} of {total} exports loaded")
    return failed


def _line(event: Event) -> Text:
    what = f"{event.request.forecast_id} {event.request.time_period}"
    job = f" (job {event.job_id})" if event.job_id else ""
    return Text(f"{what}: {event.step}, {event.detail}{job}", style="" if event.step is Step.LOADED else "bold red")
