"""`clari-readiness plan`: which exports are due, before anybody asks for them."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import datetime
from typing import Annotated, Any

import typer

from clari_readiness.cli.options import Config, Env, chosen, require_a_clari
from clari_readiness.environments import Environment
from clari_readiness.exporter import Standing, planned, schedule_of, standings, warehouse_of

AsJson = Annotated[bool, typer.Option("--json", help="Print a JSON array, for a scheduler that exports them apart.")]


def plan(env: Env, config: Config = None, as_json: AsJson = False) -> None:  # noqa: FBT002 - typer's way
    """Say which forecasts and quarters the next export would ask for. Clari is not asked, and nothing changes."""
    environment = chosen(env, config)
    require_a_clari(environment)
    found = _standings(environment)
    if as_json:
        typer.echo(json.dumps([_document(each) for each in found]))
        return
    for each in found:
        typer.echo(_line(each))


def _standings(environment: Environment) -> tuple[Standing, ...]:
    clock = environment.clock()
    warehouse = warehouse_of(environment)
    with closing(warehouse):
        ledger = warehouse.ledger() if warehouse.is_there else []
    return standings(planned(environment, clock), ledger, schedule_of(environment), clock.now())


def _document(standing: Standing) -> dict[str, Any]:
    return {
        "forecast_id": standing.request.forecast_id,
        "time_period": standing.request.time_period,
        "due": standing.due,
        "under_way": standing.left.job_id if standing.left else None,
        "exported_at": standing.loaded.requested_at.isoformat() if standing.loaded else None,
    }


def _line(standing: Standing) -> str:
    last = f"exported on {_day(standing.loaded.requested_at)}" if standing.loaded else "never exported"
    under_way = f", job {standing.left.job_id or '?'} is under way" if standing.left else ""
    what = f"{standing.request.forecast_id} {standing.request.time_period}"
    return f"{what}: {'due' if standing.due else 'up to date'}, {last}{under_way}"


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d} at {at:%H:%M} UTC"
