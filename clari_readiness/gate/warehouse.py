"""The team's warehouse as one check uses it: every question is noted as its evidence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from clari_readiness.gate.evidence import EvidenceLog
from clari_readiness.model.calendar import Quarter
from clari_readiness.warehouse import WarehouseReader


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
        """Return for each forecast how many rows there are, and how many hold each amount."""
        return self._ask("amounts_present", forecasts=list(forecasts))

    def duplicate_keys(self) -> list[dict[str, Any]]:
        """Return keys of the grain that one export holds more than once, 20 at most, with how many there are."""
        return self._ask("duplicate_keys")

    def freshness(self, forecasts: Sequence[str], quarter: Quarter) -> list[dict[str, Any]]:
        """Return the newest export (UTC) of the quarter, for each forecast that has one."""
        return self._ask("freshness", forecasts=list(forecasts), time_period=str(quarter))

    def _ask(self, name: str, **params: Any) -> list[dict[str, Any]]:
        answer = self._reader.ask(name, **params)
        rows = answer.dicts()
        shown = [{column: _shown(value) for column, value in row.items()} for row in rows]
        self._evidence.queried(name.replace("_", " "), answer.sql, shown)
        return rows


def _shown(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return str(value) if isinstance(value, Decimal) else value
