"""One run of the gate, shown: as a JSON document, as a scorecard, and as a page. Nothing is decided here."""

from __future__ import annotations

from clari_readiness.report.document import from_document, to_document, write
from clari_readiness.report.page import page, write_page
from clari_readiness.report.scorecard import scorecard

__all__ = ["from_document", "page", "scorecard", "to_document", "write", "write_page"]
