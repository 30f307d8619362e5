"""The team's warehouse as one check uses it: every question is noted as its evidence."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from clari_readiness.gate.evidence import EvidenceLog
from clari_readiness.model.calendar import Quarter
from clari_readiness.warehouse import Answer, WarehouseReader

_LEDGER = ("forecast_id", "time_period_id", "state", "finished_at", "path")
_FLAGS = ("forecast_id", "time_period_id", "state", "job_id", "rows_truncated", "cells_truncated")
_TIMES = (
    *("request_id", "job_id", "forecast_id", "time_period_id", "state", "status", "requested_at", "started_at"),
    *("finished_at", "downloaded_at", "loaded_at", "queue_seconds", "wait_seconds", "download_seconds", "load_seconds"),
)


class AskedWarehouse:
    """Asks the checks' questions (`warehouse/sql/checks/`) and notes SQL and rows. Raises WarehouseError."""

    def __init__(self, reader: WarehouseReader, evidence: EvidenceLog) -> None:
        self._reader = reader
        self._evidence = evidence

    def periods(self, forecasts: Sequence[str]) -> list[dict[str, Any]]:
        """Return the rows that each forecast has in each period, and how many of them hold any amount."""
        return self._ask("period_coverage", forecasts=list(forecasts))

    def identical_periods(self, forecasts: Sequence[str]) -> list[dict[str, Any]]:
        """Return the pairs of periods of one forecast that hold the same amounts in the same places."""
        return self._ask("identical_periods", forecasts=list(forecasts))

    def shared_weeks(self, forecasts: Sequence[str]) -> list[dict[str, Any]]:
        """Return the pairs of periods of one forecast that have more weeks in common than one that straddles (F14)."""
        return self._ask("shared_weeks", forecasts=list(forecasts))

    def amounts(self, forecasts: Sequence[str]) -> list[dict[str, Any]]:
        """Return for each forecast how many rows there are, and how many hold each amount.

        Amounts that are kept as text or as binary floating point are a warning.
        """
        inexact = {ours: kind.value for ours, kind in self._reader.inexact_amounts.items()}
        if inexact:
            self._evidence.saw("amounts that are not kept as decimals", inexact)
            kinds = "; ".join(f"{ours} is {kind}" for ours, kind in inexact.items())
            self._evidence.warns(f"{kinds}: keep amounts as DECIMAL, or cents are lost in sums")
        return self._ask("amounts_present", forecasts=list(forecasts))

    def kept_periods(self) -> list[dict[str, Any]]:
        """Return each period of each forecast of the table, asked for or not: its rows, first and newest export."""
        return self._ask("kept_periods")

    def duplicate_keys(self, *, newest_only: bool) -> list[dict[str, Any]]:
        """Return keys of the grain that one export holds more than once, 20 at most, with how many there are.

        `newest_only` looks at the newest export of each forecast and period, instead of at all that were ever loaded.
        A role that could change the table is a warning.
        """
        if role := self._reader.may_write:
            self._evidence.warns(f"{role}, which reads here, could also write: give the gate one that may only SELECT")
        return self._ask("duplicate_keys", newest_only=newest_only)

    def reloaded_jobs(self) -> list[dict[str, Any]] | None:
        """Return jobs whose rows lie at more than one exported_at, 20 at most; None where no column names the job."""
        answer = self._answer("reloaded_jobs")
        return None if answer.absent else answer.dicts()

    def loaded_periods(self) -> list[dict[str, Any]] | None:
        """Return each period of each forecast that was loaded, by the reference exporter's ledger; None without one."""
        return self._ask("loaded_periods") if self._has("export_jobs", _LEDGER) else None

    def audit_days_before(self, day: date) -> int:
        """Return how many days of audit events the reference exporter keeps from before a day; 0 where it has none."""
        if not self._has("audit_events", ("day", "document")):
            return 0
        return int(self._ask("audit_days_before", day=day)[0]["days"])

    def emptied_exports(self, forecasts: Sequence[str]) -> list[dict[str, Any]]:
        """Return what the newest export of each forecast's periods holds, and what the ones before it held."""
        return self._ask("emptied_exports", forecasts=list(forecasts))

    def newest_jobs(self, forecasts: Sequence[str], quarters: Sequence[Quarter]) -> list[dict[str, Any]]:
        """Return the jobs of the newest export of each forecast and quarter; None where no column names the job."""
        return self._ask("newest_jobs", forecasts=list(forecasts), periods=list(map(str, quarters)))

    def rows_of_jobs(self, jobs: Collection[str]) -> list[dict[str, Any]]:
        """Return those of the jobs that have rows in the table, 20 at most, with how many there are."""
        return self._ask("rows_of_jobs", jobs=sorted(jobs))

    def truncated_by_ledger(self) -> list[dict[str, Any]] | None:
        """Return loaded jobs that the reference exporter's ledger calls truncated (F10); None without a ledger."""
        return self._ask("truncated_by_ledger") if self._has("export_jobs", _FLAGS) else None

    def whole_by_ledger(self, jobs: Collection[str]) -> tuple[int, frozenset[str]]:
        """Return how many jobs the ledger knows as loaded and whole, and which of `jobs` are among them."""
        [row] = self._ask("whole_by_ledger", jobs=sorted(jobs))
        return int(row["loaded"]), frozenset(row["jobs"])

    def freshness(self, forecasts: Sequence[str], quarter: Quarter) -> list[dict[str, Any]]:
        """Return the newest export (UTC) of the quarter, for each forecast that has one."""
        return self._ask("freshness", forecasts=list(forecasts), time_period=str(quarter))

    @property
    def has_job_times(self) -> bool:
        """Whether there is a ledger of export jobs, as the reference exporter's, that says how long each phase took."""
        return self._has("export_jobs", _TIMES)

    def job_phases(self, since: datetime) -> list[dict[str, Any]]:
        """Return the jobs that the ledger knows as loaded or refused since then, with the seconds of each phase."""
        return self._ask("job_phases", since=since.replace(tzinfo=None))

    def job_outcomes(self, since: datetime) -> list[dict[str, Any]]:
        """Return how many jobs of each forecast the ledger has in each state, of those asked for since then."""
        return self._ask("job_outcomes", since=since.replace(tzinfo=None))

    def unended_jobs(self, since: datetime, until: datetime) -> list[dict[str, Any]]:
        """Return the jobs that were asked for between the two and never ended, 20 at most."""
        return self._ask("unended_jobs", since=since.replace(tzinfo=None), until=until.replace(tzinfo=None))

    def _has(self, table: str, columns: Sequence[str]) -> bool:
        if not self._reader.may_hold_ledger:
            return False
        return bool(self._ask("has_table", table_name=table, columns=list(columns))[0]["there"])

    def _ask(self, name: str, **params: Any) -> list[dict[str, Any]]:
        return self._answer(name, **params).dicts()

    def _answer(self, name: str, **params: Any) -> Answer:
        answer = self._reader.ask(name, **params)
        shown = [{column: _shown(value) for column, value in row.items()} for row in answer.dicts()]
        self._evidence.queried(name.replace("_", " "), answer.sql, shown)
        return answer


def _shown(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return str(value) if isinstance(value, Decimal) else value
