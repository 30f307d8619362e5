"""It reads a job only where it is bare, as in the document."""

from tests.sabotage.exporters.plain import get

CAUGHT_BY = "healthy"


def look(job_id):
    return get(f"/export/jobs/{job_id}")
