"""It waits for a job until it ends, which it may never do."""

import time

from tests.sabotage.exporters.plain import RUNNING, look, told

CAUGHT_BY = "job_stuck"


def awaited(job_id):
    while (job := look(job_id))["status"] in RUNNING:
        time.sleep(float(told("POLL_INTERVAL")))
    return job
