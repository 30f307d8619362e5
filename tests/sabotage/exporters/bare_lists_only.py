"""It reads the list of jobs only where it is bare, as in the document."""

from tests.sabotage.exporters.plain import get

CAUGHT_BY = "job_wrapped"


def jobs():
    return get("/export/jobs")
