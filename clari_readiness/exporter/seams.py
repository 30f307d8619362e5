"""What the exporter needs of others: a client of Clari, and contracts."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Protocol

from clari_readiness.model.exports import ExportRequest, Job, LandedDocument, Limits
from clari_readiness.validation import ContractJudge
from clari_readiness.validation import Rules as Contracts
from clari_readiness.warehouse import Judge

__all__ = ["ContractJudge", "Contracts", "ExportClient", "Judge"]


class ExportClient(Protocol):
    """The calls of a client that an export takes."""

    def queue_export(self, request: ExportRequest) -> str:
        """Queue a job and return its id; an answer that was lost is AnswerLost (F12)."""
        ...

    def job(self, job_id: str) -> Job:
        """Return a job as it is now (F6)."""
        ...

    def jobs(self) -> list[Job]:
        """Return this user's jobs (F7)."""
        ...

    def cancel(self, job_id: str) -> bool:
        """Cancel a job; whether there was still something to cancel (F8)."""
        ...

    def limits(self) -> Limits:
        """Return quota and concurrency (F22)."""
        ...

    def download(self, job_id: str, to: Path) -> LandedDocument:
        """Write a job's results to a file, as they came (F9)."""
        ...

    def forecast_now(self, request: ExportRequest, to: Path) -> tuple[LandedDocument, datetime]:
        """Write the latest week as it is now to a file (F21), and return the answer's date with it."""
        ...
