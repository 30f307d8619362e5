"""What Clari gave for the newest export, night by night: the past of a table that keeps no other export (F32)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from clari_readiness.model.exports import ExportRequest, LandedDocument, Snapshot
from clari_readiness.model.time import Clock
from clari_readiness.warehouse.comparing import Export
from clari_readiness.warehouse.loading import in_utc
from clari_readiness.warehouse.reading import WarehouseReader
from clari_readiness.warehouse.second_look import Judge
from clari_readiness.warehouse.standing import Standing, StandingAmounts
from clari_readiness.warehouse.statements import statement
from clari_readiness.warehouse.store import DuckDBWarehouse
from clari_readiness.warehouse.tables import Tables

_MOST = 10
_LONGEST = timedelta(days=200)
_TABLES = ("forecast_entries", "snapshots", "entry_changes")


class KeptExports:
    """A DuckDB file of ours, loaded as the reference exporter loads: ten exports of each quarter, for 200 days.

    What is wrong with the file is a WarehouseError; who has it open delays us by at most 30 seconds.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path = path
        self._clock = clock

    def keep(
        self,
        export: Export,
        landed: LandedDocument,
        judge: Judge,
        *,
        types: Sequence[str],
        value_names: Mapping[str, str],
    ) -> None:
        """Keep what Clari gave for an export of the team's, as of that export's moment; again changes nothing."""
        request = ExportRequest(export.forecast_id, export.time_period, tuple(types))
        snapshot = Snapshot(export.job_id or f"nightly:{export.exported_at.isoformat()}", request, export.exported_at)
        with DuckDBWarehouse(self.path, self._clock) as kept:
            if not _holds(kept, snapshot.job_id):
                kept.load(snapshot, kept.stage(landed, judge, value_names))
                with kept.changing() as connection:
                    _forget(connection, before=export.exported_at - _LONGEST)
        self.path.chmod(0o600)


def _holds(kept: DuckDBWarehouse, job_id: str) -> bool:
    with kept.changing() as connection:
        ((held,),) = connection.execute(statement("kept/holds"), {"job_id": job_id}).fetchall()
    return bool(held)


def _forget(connection: duckdb.DuckDBPyConnection, *, before: datetime) -> None:
    """Take away what is older than a moment, and of each period what is beyond the newest ten."""
    params = {"most": _MOST, "before": in_utc(before)}
    ((count,),) = connection.execute(statement("kept/forgotten"), params).fetchall()
    for table in _TABLES if count else ():
        connection.execute(statement(f"kept/forget_{table}"))


class AmountsWithPast(StandingAmounts):
    """The questions over a team's table, and over what was kept of its past: one of the two answers each question.

    What is kept counts for those forecasts and periods alone whose newest export is kept, too: two exports are compared
    in one place.
    """

    def __init__(self, reader: WarehouseReader, kept: WarehouseReader) -> None:
        super().__init__(reader)
        self._kept = StandingAmounts(kept)
        self._there: set[Export] = set()

    def exports(self, forecasts: Sequence[str], periods: Sequence[str]) -> tuple[Export, ...]:
        """Return all exports of some forecasts and periods, with those that only we have kept, the newest first."""
        there = super().exports(forecasts, periods)
        self._there.update(map(_unnamed, there))
        kept = self._kept.exports(forecasts, periods)
        followed = {(export.forecast_id, export.time_period) for export in kept if _unnamed(export) in self._there}
        past = [
            export
            for export in kept
            if (export.forecast_id, export.time_period) in followed and _unnamed(export) not in self._there
        ]
        return tuple(sorted((*there, *past), key=lambda export: export.exported_at, reverse=True))

    def _ask(self, name: str, sides: Sequence[Standing], **params: Any) -> list[dict[str, Any]]:
        if all(_unnamed(side.export) in self._there for side in sides):
            return super()._ask(name, sides, **params)
        return self._kept._ask(name, sides, **params)


def kept_reader(path: Path) -> WarehouseReader:
    """Open what was kept, to be read. Raises WarehouseError."""
    return WarehouseReader.open(f"duckdb:///{path}", Tables(), path.parent)


def _unnamed(export: Export) -> Export:
    """Return an export by its moment alone: a table without jobs does not know the name that we gave."""
    return Export(export.forecast_id, export.time_period, export.exported_at, None)
