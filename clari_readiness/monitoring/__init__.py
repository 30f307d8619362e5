"""Monitoring: what the nightly commands leave behind for those who watch them. It sends nothing."""

from clari_readiness.monitoring.metrics import COMPLETION_METRICS, METRICS, Metric, Sample, exposition
from clari_readiness.monitoring.sources import samples_of
from clari_readiness.monitoring.watch import Watch, leave_behind

__all__ = [
    "COMPLETION_METRICS",
    "METRICS",
    "Metric",
    "Sample",
    "Watch",
    "exposition",
    "leave_behind",
    "samples_of",
]
