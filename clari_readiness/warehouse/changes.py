"""Changes: a snapshot against the one before it, amount by amount. Nothing is pushed (F28): they have to be found."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from clari_readiness.model.exports import Changes, Swing
from clari_readiness.warehouse.connection import Connection
from clari_readiness.warehouse.statements import statement


def compare(connection: Connection, of_job: dict[str, Any], time_period: str) -> None:
    """Write what a job just loaded changed, and write the changes of its neighbours again if it came late.

    `of_job` has its forecast_id, job_id and exported_at. The caller's transaction holds it.
    """
    covered = {**of_job, "time_period_id": time_period}
    pairs = connection.execute(statement("compared_snapshots"), covered).fetchall()[0][0]
    connection.execute(statement("drop_changes"), covered)
    if pairs:
        one_forecast = {"forecast_id": of_job["forecast_id"], "time_period_id": time_period}
        connection.execute(statement("load_changes"), one_forecast)


def changes_of(connection: Connection, exported_at: datetime, job_id: str) -> Changes:
    """Return how many amounts differ between a job's snapshot and the ones before it."""
    of_job = {"exported_at": exported_at, "job_id": job_id}
    return Changes(*connection.execute(statement("changes_of_job"), of_job).fetchall()[0])


def swings_of(connection: Connection, exported_at: datetime, job_id: str, threshold: Decimal) -> tuple[Swing, ...]:
    """Return the amounts that a job found changed by more than a part of what they were (0.20: by a fifth)."""
    params = {"exported_at": exported_at, "job_id": job_id, "threshold": threshold}
    return tuple(Swing(*row) for row in connection.execute(statement("swings"), params).fetchall())
