"""What MON-03 asks: which anomalies earlier runs had looked for, and what the detection finds when put to the test."""

from __future__ import annotations

from decimal import Decimal

import pytest

from clari_readiness.environments import Environment
from clari_readiness.gate.anomalies import tested_detection
from clari_readiness.gate.evidence import EvidenceLog
from clari_readiness.gate.readiness import Readiness
from clari_readiness.gate.reconciling import before_this_run, detections_of
from clari_readiness.model.anomalies import PastDetection
from clari_readiness.monitoring import SelfTest, threshold_of


@pytest.fixture(scope="session")
def anomaly_threshold(environment: Environment) -> Decimal:
    """Return the part of what was (0.20: a fifth), more than which is a swing."""
    return threshold_of(environment)


@pytest.fixture
def earlier_detections(readiness: Readiness, evidence: EvidenceLog) -> tuple[PastDetection, ...]:
    """Return the newest detection of each forecast and quarter before this run."""
    earlier = detections_of(before_this_run(readiness))
    evidence.saw(
        "anomalies looked for before this run",
        [
            {
                "forecast": each.forecast_id,
                "period": each.time_period,
                "threshold": str(each.threshold.normalize()),
                "had a baseline": each.compared,
                "at": each.at.isoformat(timespec="seconds"),
            }
            for each in earlier
        ],
    )
    return earlier


@pytest.fixture
def detection_self_test(readiness: Readiness, evidence: EvidenceLog) -> SelfTest:
    """Return what the detection makes of swings that are planted beside the newest export."""
    tested = tested_detection(readiness)
    evidence.saw(
        "the detection was put to the test",
        {
            "forecast": tested.export.forecast_id,
            "period": tested.export.time_period,
            "exported at": tested.export.exported_at.isoformat(timespec="seconds"),
            "planted": list(tested.tried),
            "failures": list(tested.failures),
        },
    )
    return tested
