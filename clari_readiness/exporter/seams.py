"""What the exporter needs of others: a client of Clari, and contracts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from clari_readiness.model.exports import ExportRequest, Job, LandedDocument, Limits, Violation
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


class Contracts(Protocol):
    """The contracts, by name."""

    def violations(self, name: str, document: Any, *, part: str | None = None, at: str = "$") -> tuple[Violation, ...]:
        """Return all in which the document, or the part of one, breaks the contract."""
        ...


class ContractJudge:
    """The contract of forecasts (F13), as staging asks it."""

    def __init__(self, contracts: Contracts) -> None:
        self._contracts = contracts

    def envelope(self, document: Mapping[str, Any]) -> tuple[Violation, ...]:
        """Judge a forecast document whose list of entries is left empty."""
        return self._contracts.violations("forecast", dict(document))

    def entry(self, entry: Any, at: str) -> tuple[Violation, ...]:
        """Judge one entry; paths start with `at`."""
        return self._contracts.violations("forecast", entry, part="entry", at=at)
