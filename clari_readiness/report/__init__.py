"""A run of the gate or of the reconciliation, shown: as JSON, a table, a page, for a CI. Nothing is decided here."""

from __future__ import annotations

from clari_readiness.report.anomalies import detection_document, swing_rows
from clari_readiness.report.document import from_document, read, to_document, write
from clari_readiness.report.junit import junit
from clari_readiness.report.markdown import markdown
from clari_readiness.report.page import decided, page, write_page
from clari_readiness.report.plain import plain
from clari_readiness.report.reconciliation import reconciliation_document, reconciliation_table, total_rows
from clari_readiness.report.scorecard import scorecard
from clari_readiness.report.verifying import ended, opened, require_signature
from clari_readiness.report.writing import NAMES, write_junit, write_markdown, write_reports

__all__ = [
    "NAMES",
    "decided",
    "detection_document",
    "ended",
    "from_document",
    "junit",
    "markdown",
    "opened",
    "page",
    "plain",
    "read",
    "reconciliation_document",
    "reconciliation_table",
    "require_signature",
    "scorecard",
    "swing_rows",
    "to_document",
    "total_rows",
    "write",
    "write_junit",
    "write_markdown",
    "write_page",
    "write_reports",
]
