"""Where the metrics come from: the ledger and the team's table, the suite's own records, the settings.

Nothing is counted in memory: a counter that began again with each process would say nothing.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, time, timedelta

from clari_readiness.environments import Environment
from clari_readiness.errors import ReadinessError
from clari_readiness.model.runs import CommandRuns, Differences
from clari_readiness.monitoring.ledger import AskedLedger, Outcomes
from clari_readiness.monitoring.metrics import Sample
from clari_readiness.warehouse import RunStore, WarehouseReader, tables_of

COMPLETION_WINDOW = timedelta(days=30)
PATIENCE = 3.0
"""How long, in seconds of the machine, somebody else at the warehouse may keep the metrics waiting."""


def samples_of(
    environment: Environment, commands: Iterable[CommandRuns], runs: RunStore, now: datetime
) -> Iterator[Sample]:
    """Yield every sample of an environment; a source that cannot be read is told by a sample, and left out."""
    commands = tuple(commands)
    yield from _runs(commands)
    yield from _quota(environment, commands)
    yield from _rotation(environment)
    yield from _read("state", lambda: _found(environment, runs, now))
    yield from _read("warehouse", lambda: _warehouse(environment, now))


def _read(source: str, samples: Callable[[], Iterable[Sample]]) -> Iterator[Sample]:
    try:
        found = tuple(samples())
    except ReadinessError:
        found = None
    yield from found or ()
    yield Sample("clari_metrics_source_read", found is not None, {"source": source})


def _runs(commands: Iterable[CommandRuns]) -> Iterator[Sample]:
    for each in commands:
        last, labels = each.last, {"command": each.last.command}
        yield Sample("clari_run_timestamp_seconds", last.ended_at.timestamp(), labels)
        yield Sample("clari_run_success", last.succeeded, labels)
        yield Sample("clari_run_seconds", (last.ended_at - last.began_at).total_seconds(), labels)
        if last.breaker_open is not None:
            yield Sample("clari_breaker_open", last.breaker_open, labels)
        if each.totals is not None:
            yield Sample("clari_runs_total", each.totals.succeeded, {**labels, "outcome": "succeeded"})
            yield Sample("clari_runs_total", each.totals.failed, {**labels, "outcome": "failed"})
            yield Sample("clari_requests_retried_total", each.totals.retried, labels)


def _quota(environment: Environment, commands: Iterable[CommandRuns]) -> Iterator[Sample]:
    for last in (each.last for each in commands):
        if last.quota_limit is not None and last.quota_left is not None:
            yield Sample("clari_quota_limit", last.quota_limit)
            yield Sample("clari_quota_left", last.quota_left)
            yield Sample("clari_quota_reserve", math.ceil(last.quota_limit * environment.quota_reserve))
            return


def _rotation(environment: Environment) -> Iterator[Sample]:
    if rotation := environment.key_rotation:
        due = rotation.rotated_on + timedelta(days=rotation.every)
        yield Sample("clari_key_rotation_due_timestamp_seconds", datetime.combine(due, time(), UTC).timestamp())


def _found(environment: Environment, runs: RunStore, now: datetime) -> Iterator[Sample]:
    """Yield what was found of the quarters that are still exported: older ones are not reconciled any more."""
    history = environment.fiscal_year.history(now.date(), environment.history_quarters)
    covered = {(forecast, str(quarter)) for forecast in environment.forecasts for quarter in history}
    for each in runs.differences():
        if (each.forecast_id, each.time_period) in covered:
            yield from _reconciliation(each)
    for swung in runs.swings(now):
        if (swung.forecast_id, swung.time_period) in covered:
            yield Sample("clari_swings", swung.amounts, _where(swung.forecast_id, swung.time_period))


def _reconciliation(found: Differences) -> Iterator[Sample]:
    where = _where(found.forecast_id, found.time_period)
    yield Sample("clari_reconciliation_timestamp_seconds", found.at.timestamp(), where)
    counts = {"missing": found.missing, "too_many": found.too_many, "amount": found.differing}
    for kind, count in counts.items():
        yield Sample("clari_reconciliation_differences", count, {**where, "kind": kind})


def _warehouse(environment: Environment, now: datetime) -> Iterator[Sample]:
    url, base, timeout = environment.warehouse_url, environment.base, environment.warehouse.timeout
    with WarehouseReader.open(url, tables_of(environment), base, patience=PATIENCE, timeout=timeout) as reader:
        for row in reader.ask("kept_periods").dicts():
            if row["last_exported_at"] is not None:
                at = row["last_exported_at"].timestamp()
                yield Sample("clari_snapshot_timestamp_seconds", at, _where(row["forecast_name"], row["time_period"]))
        ledger = AskedLedger(reader)
        if ledger.is_there:
            yield from _ledger(environment, ledger, now)


def _ledger(environment: Environment, ledger: AskedLedger, now: datetime) -> Iterator[Sample]:
    yield from _outcomes(environment, ledger.outcomes(), ledger.outcomes(now - COMPLETION_WINDOW))
    for job in ledger.newest_jobs():
        where = _where(job.forecast_id, job.time_period)
        for phase, seconds in job.phases.items():
            if seconds is not None:
                yield Sample("clari_export_phase_seconds", seconds, {**where, "phase": phase})
        if job.entries is not None:
            yield Sample("clari_export_entries", job.entries, where)


def _outcomes(environment: Environment, ever: Outcomes, lately: Outcomes) -> Iterator[Sample]:
    """Yield counters for every forecast, zeros too: Prometheus cannot see a first failure grow out of nothing."""
    for forecast in dict.fromkeys((*environment.forecasts, *ever)):
        jobs = ever.get(forecast, Counter())
        for outcome in ("loaded", "refused", "failed"):
            yield Sample("clari_export_jobs_total", jobs[outcome], {"forecast": forecast, "outcome": outcome})
    for forecast, jobs in lately.items():
        if ended := jobs["loaded"] + jobs["refused"] + jobs["failed"]:
            yield Sample("clari_export_completion_ratio", jobs["loaded"] / ended, {"forecast": forecast})


def _where(forecast: str, period: str) -> dict[str, str]:
    return {"forecast": forecast, "period": period}
