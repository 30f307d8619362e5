"""What MON-05 asks, Clari against the warehouse, and what earlier runs had found, which RES-03 asks as well."""

from __future__ import annotations

import pytest

from clari_readiness.gate.answers import Clari
from clari_readiness.gate.evidence import EvidenceLog
from clari_readiness.gate.readiness import Readiness
from clari_readiness.gate.reconciling import (
    before_this_run,
    detection_of,
    earlier_of,
    reconciled_of,
    seen_of,
    totals_of,
)
from clari_readiness.gate.reconciling import periods_seen as periods_piece
from clari_readiness.gate.reconciling import reconciliation as reconciliation_piece
from clari_readiness.model.evidence import SWINGS, TOTALS
from clari_readiness.model.reconciliation import PastReconciliation, PeriodSeen, Reconciliation
from clari_readiness.report import reconciliation_document, swing_rows, total_rows


@pytest.fixture
def reconciliation(
    readiness: Readiness,
    clari: Clari,  # noqa: ARG001 - without Clari nobody can look, and that has one cause for all
    evidence: EvidenceLog,
) -> Reconciliation:
    """Return what differs between Clari and the newest exports in the warehouse."""
    piece = reconciliation_piece(readiness)
    for request in piece.requests:
        evidence.requested(**request)
    found = reconciled_of(piece)
    document = reconciliation_document(found)
    for each in (*document["reconciled"], *document["unreconciled"]):
        evidence.saw(f"{each['forecast_id']} {each['time_period']}, {each['kind']}", each)
    evidence.saw(TOTALS, total_rows(totals_of(piece)))
    evidence.saw(SWINGS, swing_rows(detection_of(piece)))
    return found


@pytest.fixture
def earlier_reconciliations(readiness: Readiness, evidence: EvidenceLog) -> tuple[PastReconciliation, ...]:
    """Return the newest reconciliation of each forecast and quarter before this run."""
    earlier = earlier_of(before_this_run(readiness))
    evidence.saw(
        "reconciled before this run",
        [
            {
                "forecast": each.forecast_id,
                "period": each.time_period,
                "kind": each.kind,
                "verdict": each.verdict.value,
                "at": each.at.isoformat(timespec="seconds"),
            }
            for each in earlier
        ],
    )
    return earlier


@pytest.fixture
def periods_seen(readiness: Readiness, evidence: EvidenceLog) -> tuple[PeriodSeen, ...]:
    """Return each forecast and period of which a run before this one found rows in the warehouse."""
    seen = seen_of(periods_piece(readiness))
    evidence.saw(
        "rows at earlier reconciliations", {f"{each.time_period} of {each.forecast_id}": each.rows for each in seen}
    )
    return seen
