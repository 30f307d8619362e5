"""Which export of each forecast and period is to be compared, and with what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from clari_readiness.warehouse import ComparedWarehouse, Export

_NO_JOB = "no column of the table names the job, and no ledger does"
_NO_EXPORT = "the warehouse has no export of it"
_SYNCHRONOUS = "it came from the synchronous forecast"

_A_DAY = timedelta(days=1)  # not every team keeps the moment that Clari gave, but a date

T = TypeVar("T")


@dataclass(frozen=True)
class Target:
    """One comparison: `export` is None when the warehouse has none; `reason` says why it cannot be exact."""

    forecast_id: str
    time_period: str
    export: Export | None
    reason: str = ""


def newest_targets(
    warehouse: ComparedWarehouse,
    forecasts: Sequence[str],
    periods: Sequence[str],
    *,
    has_ledger: bool,
    before: datetime | None = None,
) -> tuple[Target, ...]:
    """Return what is to be compared of a warehouse, as `targets` does, as of now or of a moment.

    `has_ledger` is whether the reference exporter's ledger may speak for it. Raises WarehouseError.
    """
    exports = warehouse.newest_exports(forecasts, periods, before)
    jobs = warehouse.newest_jobs(forecasts, periods, before) if has_ledger else ()
    return tuple(targets(forecasts, periods, exports, jobs))


def targets(
    forecasts: Sequence[str], periods: Sequence[str], exports: Iterable[Export], jobs: Iterable[Export]
) -> Iterator[Target]:
    """Yield what is to be compared: the newest job of each forecast and period, and a newer synchronous answer.

    `exports` are the newest of the team's table, `jobs` the newest of the reference exporter's ledger. A job that only
    the ledger knows is compared as well: its rows are all lost.
    """
    stored, known = tuple(exports), tuple(jobs)
    for forecast in forecasts:
        for period in periods:
            of_table = [each for each in stored if (each.forecast_id, each.time_period) == (forecast, period)]
            of_ledger = [each for each in known if (each.forecast_id, each.time_period) == (forecast, period)]
            yield from _targets(forecast, period, of_table, of_ledger)


def _targets(forecast: str, period: str, of_table: list[Export], of_ledger: list[Export]) -> Iterator[Target]:
    job = _newest(_first(each for each in of_table if not each.synchronous), _first(of_ledger))
    synchronous = _first(each for each in of_table if each.synchronous)
    if job is not None:
        yield Target(forecast, period, job, "" if job.job_id else _NO_JOB)
    if synchronous is not None and (job is None or synchronous.exported_at > job.exported_at):
        yield Target(forecast, period, synchronous, _SYNCHRONOUS)
    if job is None and synchronous is None:
        yield Target(forecast, period, None, _NO_EXPORT)


def _newest(of_table: Export | None, of_ledger: Export | None) -> Export | None:
    """Return the later of the two; where the table does not name its job, the ledger's of that day is it."""
    if of_table is None or of_ledger is None:
        return of_table or of_ledger
    if of_table.job_id is None and abs(of_ledger.exported_at - of_table.exported_at) < _A_DAY:
        return replace(of_table, job_id=of_ledger.job_id)
    if of_ledger.exported_at > of_table.exported_at and of_ledger.job_id != of_table.job_id:
        return of_ledger
    return of_table


def _first(found: Iterable[T]) -> T | None:
    return next(iter(found), None)
