"""It does not say which types it wants: quotas and what was closed are not among the default."""

from tests.sabotage.exporters import plain

CAUGHT_BY = "healthy"
_accepted = plain.accepted


def accepted(url, body):
    return _accepted(url, {"timePeriod": body["timePeriod"], "includeHistorical": True})


def checked(period, job, document):
    return document
