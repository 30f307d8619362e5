"""Monitoring: what is odd about the newest exports, and metrics of the nightly runs. It sends nothing."""

from clari_readiness.monitoring.detector import Detector, detector_of, threshold_of
from clari_readiness.monitoring.meter import Meter, leave_behind
from clari_readiness.monitoring.metrics import COMPLETION_METRICS, METRICS, Metric, Sample, exposition
from clari_readiness.monitoring.reconciled import newest_of
from clari_readiness.monitoring.self_test import SelfTest, self_test
from clari_readiness.monitoring.sources import samples_of

__all__ = [
    "COMPLETION_METRICS",
    "METRICS",
    "Detector",
    "Meter",
    "Metric",
    "Sample",
    "SelfTest",
    "detector_of",
    "exposition",
    "leave_behind",
    "newest_of",
    "samples_of",
    "self_test",
    "threshold_of",
]
