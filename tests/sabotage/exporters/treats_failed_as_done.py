"""It downloads the results of every job that has ended, also of one that FAILED."""

from tests.sabotage.exporters.plain import awaited, checked, closed_when_hopeless, get, job_of

CAUGHT_BY = "job_failed_once"


def export(warehouse, period):
    number, job_id = job_of(warehouse, period)
    with closed_when_hopeless(warehouse, number):
        job = awaited(job_id)
        return number, job, checked(period, job, get(f"/export/jobs/{job_id}/results"))
