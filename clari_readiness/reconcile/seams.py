"""What reconciliation needs of a client of Clari."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Protocol

from clari_readiness.model.exports import ExportRequest, LandedDocument


class ReconcileClient(Protocol):
    """The two calls, neither of which costs quota."""

    def download(self, job_id: str, to: Path) -> LandedDocument:
        """Write a job's results to a file, as they came (F9)."""
        ...

    def forecast_now(self, request: ExportRequest, to: Path) -> tuple[LandedDocument, datetime]:
        """Write the latest week as it is now to a file (F21), and return the answer's date with it."""
        ...
