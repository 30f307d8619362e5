"""Monitoring: what is odd about the newest exports. It returns findings, and sends nothing."""

from clari_readiness.monitoring.detector import Detector, detector_of, threshold_of
from clari_readiness.monitoring.self_test import SelfTest, self_test

__all__ = ["Detector", "SelfTest", "detector_of", "self_test", "threshold_of"]
