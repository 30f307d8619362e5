"""It does not look whether a job was truncated: the job is DONE."""

from tests.sabotage.exporters import plain

CAUGHT_BY = "period_rows_truncated"
_checked = plain.checked


def checked(period, job, document):
    return _checked(period, {"jobId": job["jobId"]}, document)
