"""The exporter, and what it is going to do, as the settings want it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from clari_readiness.environments import Environment
from clari_readiness.exporter.export import Exporter
from clari_readiness.exporter.landing import Landing
from clari_readiness.exporter.lock import lock_beside
from clari_readiness.exporter.opportunities import ids_in
from clari_readiness.exporter.plan import Schedule, plan
from clari_readiness.exporter.seams import Contracts, ExportClient
from clari_readiness.exporter.waiting import Patience
from clari_readiness.model.calendar import Quarter, Window
from clari_readiness.model.exports import ExportRequest
from clari_readiness.model.time import Clock, SystemClock
from clari_readiness.warehouse import OwnWarehouse, warehouse_at
from clari_readiness.warehouse.events import EventTables


def exporter_of(
    environment: Environment,
    *,
    client: ExportClient,
    contracts: Contracts,
    clock: Clock,
    directory: Path,
    warehouse: OwnWarehouse,
) -> Exporter:
    """Return the reference exporter of an environment; raw files land below `directory`."""
    return Exporter(
        client=client,
        warehouse=warehouse,
        contracts=contracts,
        clock=clock,
        landing=Landing.below(directory).directory,
        lock=lock_beside(warehouse.beside),
        patience=Patience(
            timeout=environment.job_timeout,
            first=environment.poll_interval,
            longest=max(Patience.longest, environment.poll_interval),
        ),
        value_names=environment.value_names,
        schedule=schedule_of(environment),
        quota_reserve=environment.quota_reserve,
    )


def warehouse_of(environment: Environment) -> OwnWarehouse:
    """Return the warehouse that an environment's exporter loads into; what is staged outside of it lies in `directory`.

    Raises SettingsError for one that is only read.
    """
    scratch = environment.directory / "loading"
    return warehouse_at(environment.warehouse_url, environment.base, SystemClock(), scratch=scratch)


def schedule_of(environment: Environment) -> Schedule:
    """Return how often an environment exports its quarters."""
    return Schedule(
        current=environment.schedule.current_quarter_every,
        past=environment.schedule.past_quarters_every,
        fiscal_year=environment.fiscal_year,
    )


def planned(environment: Environment, clock: Clock) -> tuple[ExportRequest, ...]:
    """Return the exports that cover every forecast and quarter of an environment."""
    return plan(
        environment.forecasts,
        environment.types_to_export,
        fiscal_year=environment.fiscal_year,
        today=clock.now().date(),
        history_quarters=environment.history_quarters,
    )


def window_of(environment: Environment, clock: Clock) -> Window:
    """Return the quarters that an environment keeps: the current one, and `retention_quarters` - 1 before it."""
    return environment.fiscal_year.window(clock.now().date(), environment.retention_quarters)


def overdue_before(environment: Environment, clock: Clock) -> Window:
    """Return the window of the day before: what lies before it should have gone by now.

    The window moves at midnight and the night that enforces it comes hours later, so on the first day of a quarter
    nobody can have kept it yet.
    """
    return environment.fiscal_year.window(clock.now().date() - timedelta(days=1), environment.retention_quarters)


def due_by_now(environment: Environment, clock: Clock) -> tuple[Quarter, ...]:
    """Return the quarters whose exports ought to be there by now, the newest first.

    As `overdue_before`, on the first day of a quarter it is not asked for yet: its first export comes hours after
    midnight.
    """
    today = clock.now().date()
    begun = environment.fiscal_year.quarter_of(today - timedelta(days=1))
    quarters = environment.fiscal_year.history(today, environment.history_quarters)
    return tuple(quarter for quarter in quarters if quarter <= begun)


def require_ids(environment: Environment) -> None:
    """Refuse a file of opportunities' ids that cannot be read, before anything is spent. Raises SettingsError."""
    source = environment.opportunities_from
    if source is not None and source.file:
        ids_in(environment.path_of(source.file))


def opportunity_ids(environment: Environment, store: EventTables) -> tuple[str, ...]:
    """Return the ids of the opportunities that an environment names: its list, and those of its file or query."""
    source = environment.opportunities_from
    if source is None:
        return environment.opportunities
    found = ids_in(environment.path_of(source.file)) if source.file else store.ids(source.query or "")
    return tuple(dict.fromkeys((*environment.opportunities, *found)))
