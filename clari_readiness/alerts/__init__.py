"""Findings to people: one message for each cause, repeated at most daily, and told when it is over."""

from clari_readiness.alerts.anomalies import watched_anomalies
from clari_readiness.alerts.delivering import Deliveries
from clari_readiness.alerts.drill import drill
from clari_readiness.alerts.exports import watched_exports
from clari_readiness.alerts.failures import Job, could_not_run
from clari_readiness.alerts.posting import Post, post
from clari_readiness.alerts.reconciliations import watched_reconciliation
from clari_readiness.alerts.settings import clock_of, deliver, deliveries_of, link_of, store_of

__all__ = [
    "Deliveries",
    "Job",
    "Post",
    "clock_of",
    "could_not_run",
    "deliver",
    "deliveries_of",
    "drill",
    "link_of",
    "post",
    "store_of",
    "watched_anomalies",
    "watched_exports",
    "watched_reconciliation",
]
