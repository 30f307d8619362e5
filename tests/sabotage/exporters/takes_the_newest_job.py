"""After a lost answer it takes the job that was queued last for its own, whoever else exports meanwhile."""

from tests.sabotage.exporters.plain import jobs

CAUGHT_BY = "resilience_post_among_others"


def new_job(known):
    found = [job for job in jobs() if job["jobId"] not in known]
    return max(found, key=lambda job: job["startTime"])["jobId"] if found else None
