"""Which exports a run asks for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from clari_readiness.model.calendar import FiscalYear
from clari_readiness.model.exports import ExportRequest


def plan(
    forecasts: Iterable[str],
    types: Iterable[str],
    *,
    fiscal_year: FiscalYear,
    today: date,
    history_quarters: int,
) -> tuple[ExportRequest, ...]:
    """Return one request for each forecast and each quarter, from the current one back so many, the newest first.

    All forecasts of a quarter come before the quarter before it: when quota runs out, history is what is missing.
    """
    quarters = fiscal_year.history(today, history_quarters)
    wanted, asked = tuple(dict.fromkeys(forecasts)), tuple(dict.fromkeys(types))
    return tuple(ExportRequest(forecast, str(quarter), asked) for quarter in quarters for forecast in wanted)
