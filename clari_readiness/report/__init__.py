"""A run of the gate or of the reconciliation, shown: as JSON, a table, a page, for a CI. Nothing is decided here."""

from __future__ import annotations

from clari_readiness.report.anomalies import detection_document
from clari_readiness.report.document import from_document, read, to_document, write
from clari_readiness.report.junit import junit
from clari_readiness.report.markdown import markdown
from clari_readiness.report.page import page, write_page
from clari_readiness.report.reconciliation import reconciliation_document, reconciliation_table
from clari_readiness.report.scorecard import scorecard
from clari_readiness.report.verifying import ended, opened, require_signature
from clari_readiness.report.writing import NAMES, write_junit, write_markdown, write_reports

__all__ = [
    "NAMES",
    "detection_document",
    "ended",
    "from_document",
    "junit",
    "markdown",
    "opened",
    "page",
    "read",
    "reconciliation_document",
    "reconciliation_table",
    "require_signature",
    "scorecard",
    "to_document",
    "write",
    "write_junit",
    "write_markdown",
    "write_page",
    "write_reports",
]
