"""Monitoring: what the nightly commands leave behind for those who watch them. It sends nothing."""

from clari_readiness.monitoring.meter import Meter, leave_behind
from clari_readiness.monitoring.metrics import COMPLETION_METRICS, METRICS, Metric, Sample, exposition
from clari_readiness.monitoring.sources import samples_of

__all__ = [
    "COMPLETION_METRICS",
    "METRICS",
    "Meter",
    "Metric",
    "Sample",
    "exposition",
    "leave_behind",
    "samples_of",
]
