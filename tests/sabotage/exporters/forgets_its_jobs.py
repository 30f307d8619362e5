"""It keeps the job's id in memory only: after a crash the next run queues another."""

from tests.sabotage.exporters.plain import queued

CAUGHT_BY = "process_killed_between_requests"


def job_of(warehouse, period):
    return queued(warehouse, period)
