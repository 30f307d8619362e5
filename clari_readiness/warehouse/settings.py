"""The team's tables, as the settings name them."""

from __future__ import annotations

from clari_readiness.environments import Environment
from clari_readiness.warehouse.tables import Tables


def tables_of(environment: Environment) -> Tables:
    """Return how the team's table and columns are called."""
    settings = environment.warehouse
    grain = {"grain": settings.grain} if settings.grain else {}
    return Tables(settings.forecasts, settings.columns, **grain)
