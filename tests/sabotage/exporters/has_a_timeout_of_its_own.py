"""It gives a job ten seconds of Clari's clock, whatever it was told."""

import time

from tests.sabotage.exporters.plain import RUNNING, look, told

CAUGHT_BY = "job_slow"


def awaited(job_id):
    until = time.monotonic() + 10 / float(told("TIME_SCALE"))
    while (job := look(job_id))["status"] in RUNNING and time.monotonic() < until:
        time.sleep(float(told("POLL_INTERVAL")))
    return job
