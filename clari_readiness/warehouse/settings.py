"""The team's tables, and what is kept of their past, as the settings name them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from clari_readiness.environments import Environment
from clari_readiness.model.time import SystemClock
from clari_readiness.warehouse.kept import AmountsWithPast, KeptExports, kept_reader
from clari_readiness.warehouse.reading import WarehouseReader
from clari_readiness.warehouse.standing import StandingAmounts
from clari_readiness.warehouse.tables import Tables


def tables_of(environment: Environment) -> Tables:
    """Return how the team's table and columns are called."""
    settings = environment.warehouse
    grain = {"grain": settings.grain} if settings.grain else {}
    return Tables(settings.forecasts, settings.columns, **grain)


def kept_exports_of(environment: Environment) -> KeptExports:
    """Return what is kept of the past of the team's table: a file beside the suite's own records."""
    path = environment.state_path
    return KeptExports(path.with_name(f"{path.stem}-exports.duckdb"), SystemClock())


@contextmanager
def standing_amounts(environment: Environment, reader: WarehouseReader) -> Iterator[StandingAmounts]:
    """Give the questions over the team's table, with what was kept of its past where there is any."""
    kept = kept_exports_of(environment)
    if not kept.path.exists():
        yield StandingAmounts(reader)
        return
    with kept_reader(kept.path) as past:
        yield AmountsWithPast(reader, past)
