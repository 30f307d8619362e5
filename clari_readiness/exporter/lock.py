"""One exporter at a time: a lock file beside the warehouse."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from clari_readiness.errors import ExporterBusy
from clari_readiness.locks import held


def lock_beside(warehouse: Path) -> Path:
    """Return the lock file of a warehouse's file."""
    return warehouse.with_name(f"{warehouse.name}.exporter.lock")


def exclusively(lock: Path) -> AbstractContextManager[None]:
    """Hold the lock while a block runs; when another process holds it, ExporterBusy at once."""

    def busy(holder: str) -> ExporterBusy:
        what = f"{lock}: another exporter is at work on this warehouse{holder}"
        return ExporterBusy(what, way_out="let it finish, or stop it")

    return held(lock, busy)
