"""The ledger of the reference exporter, as metrics ask it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from clari_readiness.warehouse import WarehouseReader
from clari_readiness.warehouse.statements import statement

Outcomes = Mapping[str, Counter[str]]
"""Forecast -> state of the ledger -> how many jobs are in it."""

LEDGER = (
    *("request_id", "job_id", "forecast_id", "time_period_id", "state", "status", "requested_at", "finished_at"),
    *("queue_seconds", "wait_seconds", "download_seconds", "load_seconds", "entries"),
)
"""The columns that a ledger must have to be asked."""

_EVER = datetime.min.replace(year=1970, tzinfo=UTC)


@dataclass(frozen=True)
class NewestJob:
    """The newest loaded job of a forecast and period: seconds by phase (None: not measured), and its entries."""

    forecast_id: str
    time_period: str
    phases: Mapping[str, float | None]
    entries: int | None


class AskedLedger:
    """Asks the ledger that the reference exporter keeps beside the team's table. Raises WarehouseError."""

    def __init__(self, reader: WarehouseReader) -> None:
        self._reader = reader

    @property
    def is_there(self) -> bool:
        """Whether there is one: another exporter keeps none."""
        if not self._reader.may_hold_ledger:
            return False
        return bool(self._ask("checks/has_table", table_name="export_jobs", columns=list(LEDGER))[0]["there"])

    def outcomes(self, since: datetime = _EVER) -> Outcomes:
        """Return how many jobs are in each state, of those that were asked for since then."""
        found: dict[str, Counter[str]] = {}
        for row in self._ask("checks/job_outcomes", since=since.replace(tzinfo=None)):
            found.setdefault(row["forecast_name"], Counter())[row["state"]] = row["jobs"]
        return found

    def newest_jobs(self) -> Iterator[NewestJob]:
        """Yield the newest loaded job of each forecast and period."""
        for row in self._ask("metrics/newest_jobs"):
            phases = {phase: row[f"{phase}_seconds"] for phase in ("queue", "run", "download", "load")}
            yield NewestJob(row["forecast_name"], row["time_period"], phases, row["entries"])

    def _ask(self, name: str, **params: Any) -> list[dict[str, Any]]:
        return self._reader.run(name, statement(name), params).dicts()
