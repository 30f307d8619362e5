"""The detection of anomalies as evidence: put to the test on exports like the newest one in the warehouse."""

from __future__ import annotations

from clari_readiness.errors import NotVerified
from clari_readiness.gate.readiness import Readiness
from clari_readiness.gate.rehearsal import warehouse_url
from clari_readiness.monitoring import SelfTest, detector_of, self_test
from clari_readiness.reconcile import compared_warehouse, periods_of
from clari_readiness.warehouse import StandingAmounts


def tested_detection(readiness: Readiness) -> SelfTest:
    """Plant swings beside the newest export, in temporary tables, and return what the detection made of them.

    Raises WarehouseError, and NotVerified where there is no export whose keys could be used.
    """
    environment = readiness.environment
    scratch, url = readiness.evidence_directory / "self-test", warehouse_url(readiness)
    with compared_warehouse(environment, scratch=scratch, url=url) as warehouse:
        amounts = StandingAmounts(warehouse.reader)
        periods = periods_of(environment, readiness.clock_at().now().date())
        newest = next(iter(amounts.exports(environment.forecasts, periods)), None)
        if newest is None:
            raise NotVerified("the table has no export to try the detection on", way_out="run the export first")
        detector = detector_of(environment, amounts)
        return self_test(
            amounts.copy(newest, warehouse.here),
            newest,
            lambda planted: detector_of(environment, planted),
            threshold=detector.threshold,
            fiscal_year=detector.fiscal_year,
            unchanged_for=detector.unchanged_for,
        )
