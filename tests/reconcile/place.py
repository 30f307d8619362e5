"""A warehouse loaded from documents, and a Clari that gives them again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from clari_readiness.errors import Refused
from clari_readiness.model.calendar import FiscalYear
from clari_readiness.model.exports import ExportRequest, LandedDocument, Snapshot
from clari_readiness.model.reconciliation import Reconciled, Reconciliation
from clari_readiness.model.time import SteppedClock
from clari_readiness.reconcile import Reconciler
from clari_readiness.validation import ContractJudge, Contracts
from clari_readiness.warehouse import ComparedWarehouse, DuckDBWarehouse, Tables
from tests.strategies import encode
from tests.warehouse.documents import ENDED, PERIOD, land

JUDGE = ContractJudge(Contracts())
NIGHT = datetime(2026, 9, 1, 8, tzinfo=UTC)
EXPIRED = {"status": 400, "code": "invalid_jobId"}


@dataclass
class Clari:
    """Results by job, and what the synchronous forecast says now; what it has not is refused as Clari does."""

    results: dict[str, dict[str, Any]] = field(default_factory=dict)
    now: dict[str, Any] | None = None
    at: datetime = NIGHT
    trouble: Exception | None = None
    calls: list[str] = field(default_factory=list)

    def download(self, job_id: str, to: Path) -> LandedDocument:
        self.calls.append(f"download {job_id}")
        if self.trouble is not None:
            raise self.trouble
        if job_id not in self.results:
            raise Refused(f"GET /export/jobs/{job_id}/results", **EXPIRED)
        return _written(self.results[job_id], to)

    def forecast_now(self, request: ExportRequest, to: Path) -> tuple[LandedDocument, datetime]:
        self.calls.append(f"now {request.forecast_id} {request.time_period}")
        if self.now is None:
            raise Refused("GET /forecast", status=404)
        return _written(self.now if "forecast_updated" in request.types else _undated(self.now), to), self.at


def _undated(content: dict[str, Any]) -> dict[str, Any]:
    """Return a document as Clari gives it to who does not ask when forecasts were changed (F13)."""
    of_the_type = {"isUpdated", "updatedBy", "updatedOn"}
    entries = [{key: value for key, value in each.items() if key not in of_the_type} for each in content["entries"]]
    return {**content, "entries": entries}


def _written(content: dict[str, Any], to: Path) -> LandedDocument:
    raw = encode(content)
    to.write_bytes(raw)
    return LandedDocument(to, len(raw), hashlib.sha256(raw).hexdigest())


@dataclass
class Place:
    """One warehouse file and one Clari; `tables` is how the team's table is called."""

    directory: Path
    clari: Clari = field(default_factory=Clari)
    tables: Tables = field(default_factory=Tables)
    types: tuple[str, ...] = ("forecast",)
    at: datetime = NIGHT
    elsewhere: Callable[[Path], str] | None = None

    @property
    def path(self) -> Path:
        return self.directory / "warehouse.duckdb"

    def load(self, content: dict[str, Any], job_id: str = "job-1", at: datetime = ENDED, period: str = PERIOD) -> None:
        """Load a document, and let Clari give it again."""
        request = ExportRequest("net_bookings", period, self.types)
        with DuckDBWarehouse(self.path, SteppedClock(NIGHT)) as warehouse:
            warehouse.load(Snapshot(job_id, request, at), warehouse.stage(land(self.directory, content), JUDGE, {}))
        self.clari.results[job_id] = content

    def sql(self, statement: str) -> None:
        with duckdb.connect(self.path) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute(statement)

    def reconcile(self, *periods: str, as_of: date | None = None, **changed: Any) -> Reconciliation:
        scratch, clock = self.directory / "scratch", SteppedClock(self.at)
        url = f"duckdb:///{self.path}" if self.elsewhere is None else self.elsewhere(self.path)
        with ComparedWarehouse.open(url, self.tables, self.directory, scratch=scratch, clock=clock) as warehouse:
            reconciler = Reconciler(
                client=self.clari,
                warehouse=warehouse,
                judge=JUDGE,
                clock=clock,
                types=self.types,
                fiscal_year=FiscalYear(2, "end"),
                **changed,
            )
            return reconciler.reconcile(["net_bookings"], periods or [PERIOD], as_of=as_of)

    def one(self, *periods: str, **changed: Any) -> Reconciled:
        """Reconcile what must be comparable, and one."""
        found = self.reconcile(*periods, **changed)
        assert found.unreconciled == ()
        (only,) = found.reconciled
        return only
