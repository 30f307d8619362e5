"""It gives up a job that takes too long, queues another, and leaves the first one running."""

CAUGHT_BY = "job_stuck_once"


def cancel(job_id):
    """It will end by itself."""
