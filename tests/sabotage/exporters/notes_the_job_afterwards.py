"""It writes a job down when it has its id: one whose answer it did not live to see is lost."""

from tests.sabotage.exporters.plain import posted

CAUGHT_BY = "process_killed_at_a_post"


def queued(warehouse, period):
    job_id = posted(period, [])
    number = warehouse.execute("INSERT INTO exports (time_period, job_id) VALUES (?, ?)", (period, job_id)).lastrowid
    return number, job_id


def new_job(known):
    return None
