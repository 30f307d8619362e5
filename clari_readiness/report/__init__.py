"""A run of the gate or of the reconciliation, shown: as JSON, as a table, as a page. Nothing is decided here."""

from __future__ import annotations

from clari_readiness.report.anomalies import detection_document
from clari_readiness.report.document import from_document, to_document, write
from clari_readiness.report.page import page, write_page
from clari_readiness.report.reconciliation import reconciliation_document, reconciliation_table
from clari_readiness.report.scorecard import scorecard

__all__ = [
    "detection_document",
    "from_document",
    "page",
    "reconciliation_document",
    "reconciliation_table",
    "scorecard",
    "to_document",
    "write",
    "write_page",
]
