"""The gate's own ledger of the exports that it has started, and what becomes of those that a stopped run leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from clari_readiness.client import ClariClient
from clari_readiness.environments import Environment
from clari_readiness.errors import ReadinessError
from clari_readiness.exporter import RESUMED_WITHIN
from clari_readiness.model.exports import ExportRequest
from clari_readiness.model.time import Clock, SystemClock
from clari_readiness.warehouse import DuckDBWarehouse, JobState, LedgerEntry


def ledger_path(environment: Environment) -> Path:
    """Return where the gate keeps its ledger: beside its other records."""
    state = environment.state_path
    return state.with_name(f"{state.stem}.exports.duckdb")


def lock_of(path: Path) -> Path:
    """Return the lock that a run of the gate holds while it exports."""
    return path.with_suffix(".lock")


def lines_of(path: Path) -> list[LedgerEntry]:
    """Return the ledger, the oldest line first; none where the gate has never exported."""
    if not path.is_file():
        return []
    with DuckDBWarehouse(path, SystemClock()) as ledger:
        return ledger.ledger()


def own_jobs(environment: Environment) -> frozenset[str]:
    """Return the jobs that runs of the gate have started: they are in the token's list, and no exporter's."""
    return frozenset(line.job_id for line in lines_of(ledger_path(environment)) if line.job_id)


def is_usable(line: LedgerEntry, request: ExportRequest, now: datetime) -> bool:
    """Tell whether a run of the gate goes on with this line when it wants the request."""
    return (
        line.request == request and line.state.open and bool(line.job_id) and now - line.requested_at < RESUMED_WITHIN
    )


def cancel_left_over(
    environment: Environment, *, connect: Callable[[], ClariClient], clock: Callable[[], Clock]
) -> Iterator[str]:
    """Cancel what runs of the gate have started and nobody waits for any more; yield a sentence for each job.

    While another run exports, nothing is touched: it goes on with what it finds.
    """
    path = ledger_path(environment)
    if not path.is_file():
        return
    try:
        with FileLock(lock_of(path), timeout=0), DuckDBWarehouse(path, SystemClock()) as ledger:
            now = clock().now()
            for line in [each for each in ledger.ledger() if _is_left_over(each, now)]:
                yield _cancelled(line, ledger, connect)
    except Timeout:
        return


def _is_left_over(line: LedgerEntry, now: datetime) -> bool:
    begun = line.state in (JobState.REQUESTED, JobState.QUEUED)
    return begun and now - line.requested_at < RESUMED_WITHIN


def _cancelled(line: LedgerEntry, ledger: DuckDBWarehouse, connect: Callable[[], ClariClient]) -> str:
    what = f"{line.request.forecast_id} {line.request.time_period}"
    if not line.job_id:
        return f"an export of {what} was being asked for when the run stopped: within a day, the next one looks for it"
    try:
        with connect() as client:
            freed = client.cancel(line.job_id)
    except ReadinessError as error:
        return f"job {line.job_id} ({what}) is not cancelled: {error}; the next run goes on with it, within a day"
    if not freed:
        return f"job {line.job_id} ({what}) had ended already: the next run uses it, within a day"
    ledger.record(replace(line, state=JobState.FAILED, message="cancelled: the run was stopped"))
    return f"job {line.job_id} ({what}) is cancelled, which frees its quota"
