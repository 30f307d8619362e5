"""It queues an export that came to nothing again, ten times, and each costs quota."""

CAUGHT_BY = "job_failed"
JOBS_FOR_AN_EXPORT = 10
