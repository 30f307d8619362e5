"""It reads a job only where it is wrapped, as in production so far."""

from tests.sabotage.exporters.plain import get

CAUGHT_BY = "job_bare"


def look(job_id):
    return get(f"/export/jobs/{job_id}")["job"]
