"""The warehouse that a run looks into: the team's own, or one that the reference exporter fills from the recordings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from clari_readiness.client import Exchange
from clari_readiness.exporter import Event, Landing, Step, exporter_of, planned
from clari_readiness.gate.readiness import Readiness
from clari_readiness.validation import Contracts
from clari_readiness.warehouse import DuckDBWarehouse, WarehouseReader, tables_of

CASSETTE = "exports"
PATIENCE = 10.0
"""How long, in seconds, an exporter that is loading may keep the gate waiting."""


def open_warehouse(readiness: Readiness) -> WarehouseReader:
    """Return the warehouse of a run, read-only, through the mapping of its tables.

    Raises WarehouseError, and SecretError when `warehouse.url` refers to nothing.
    """
    environment = readiness.environment
    url = warehouse_url(readiness)
    return WarehouseReader.open(
        url, tables_of(environment), environment.base, patience=PATIENCE, timeout=environment.warehouse.timeout
    )


def warehouse_url(readiness: Readiness) -> str:
    """Return where the warehouse of a run is.

    In `recorded`, and while recording, it is what the reference exporter makes of the recordings, anew in each run.
    """
    if not readiness.uses_recordings:
        return readiness.environment.warehouse_url
    path = rehearsal_directory(readiness) / "warehouse.duckdb"
    readiness.collector.once(CASSETTE, lambda exchanges: _rehearse(readiness, path, exchanges)).value()
    return f"duckdb:///{path}"


def landing_of(readiness: Readiness) -> Landing:
    """Return where the reference exporter keeps raw files: its own place, or that of the export from the recordings."""
    own = readiness.environment.directory
    return Landing.below(rehearsal_directory(readiness) if readiness.uses_recordings else own)


def rehearsal_directory(readiness: Readiness) -> Path:
    """Return where a rehearsed integration leaves what it makes of the recordings, for as long as the run lasts."""
    return readiness.evidence_directory / "rehearsal"


def _rehearse(readiness: Readiness, path: Path, exchanges: list[Exchange]) -> list[dict[str, Any]]:
    """Export all that the settings plan into an empty warehouse, and return what became of each request."""
    path.parent.mkdir(mode=0o700)
    clock = readiness.clock_at(CASSETTE)
    with (
        readiness.cassette(CASSETTE),
        readiness.connect(exchanges.append, clock=clock) as client,
        DuckDBWarehouse(path, clock) as warehouse,
    ):
        exporter = exporter_of(
            readiness.environment,
            client=client,
            contracts=Contracts(),
            clock=clock,
            directory=path.parent,
            warehouse=warehouse,
        )
        events = exporter.export_all(planned(readiness.environment, clock))
        return [_outcome(event) for event in events if event.step.last]


def _outcome(event: Event) -> dict[str, Any]:
    if event.step is not Step.LOADED and event.error is not None:
        raise event.error
    return {"request": str(event.request.time_period), "job_id": event.job_id, "detail": event.detail}
