"""It looks at a job again as soon as it has looked."""

import time

from tests.sabotage.exporters.plain import RUNNING, look, told

CAUGHT_BY = "healthy"


def awaited(job_id):
    until = time.monotonic() + float(told("JOB_TIMEOUT"))
    while (job := look(job_id))["status"] in RUNNING and time.monotonic() < until:
        pass
    return job
