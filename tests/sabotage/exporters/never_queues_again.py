"""It takes a job that FAILED for the end of it: somebody will start it again."""

CAUGHT_BY = "job_failed_once"
JOBS_FOR_AN_EXPORT = 1
