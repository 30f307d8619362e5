"""The window of quarters, enforced on what the exporter keeps: rows first, in one transaction, then landed files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from clari_readiness.exporter.landing import Landing
from clari_readiness.exporter.lock import exclusively, lock_beside
from clari_readiness.model.calendar import Window
from clari_readiness.warehouse import OwnWarehouse, Retired


@dataclass(frozen=True)
class RetiredFiles:
    """The landed files that go: how many, their bytes, and of which periods."""

    count: int = 0
    bytes: int = 0
    of: tuple[str, ...] = ()


def enforce(
    window: Window, *, warehouse: OwnWarehouse, landing: Landing, dry_run: bool = False
) -> Iterator[Retired | RetiredFiles]:
    """Take away what lies before the window, and yield what went: from the tables, then from the landed files.

    Rows go first: a file without its rows is found again by the next run, rows without their file could never be
    looked up. A dry run yields the same and takes nothing. ExporterBusy is raised while an exporter is at work, and a
    WarehouseError where there is no warehouse of the reference exporter; nothing has changed then.
    """
    warehouse.require()
    with exclusively(lock_beside(warehouse.beside)), warehouse.held(), closing(warehouse):
        yield warehouse.would_retire(window) if dry_run else warehouse.retire(window)
        warehouse.close()
        files = _told(landing.before(window))
        if not dry_run:
            landing.retire(window)
        yield files


def _told(files: tuple[Path, ...]) -> RetiredFiles:
    size = sum(file.lstat().st_size for file in files)
    return RetiredFiles(len(files), size, tuple(sorted({file.parent.name for file in files})))
