"""One exporter at a time: a lock file beside the warehouse, that says who holds it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from clari_readiness.errors import ExporterBusy


def lock_beside(warehouse: Path) -> Path:
    """Return the lock file of a warehouse's file."""
    return warehouse.with_name(f"{warehouse.name}.exporter.lock")


@contextmanager
def exclusively(lock: Path) -> Iterator[None]:
    """Hold the lock while the block runs; when another process holds it, ExporterBusy at once.

    The system frees the lock of a process that was killed. The file stays.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    held = FileLock(lock, timeout=0)
    try:
        held.acquire()
    except Timeout as error:
        raise ExporterBusy(
            f"{lock}: another exporter is at work on this warehouse{_holder(lock)}", way_out="let it finish, or stop it"
        ) from error
    try:
        lock.write_text(f"{os.getpid()}\n", encoding="utf-8")
        yield
    finally:
        held.release()


def _holder(lock: Path) -> str:
    try:
        written = lock.read_text(encoding="utf-8").strip()
    except OSError:
        return ""
    return f" (process {written})" if written.isdecimal() else ""
