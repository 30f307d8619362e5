"""One process at a time: a lock file that says who holds it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout


@contextmanager
def held(lock: Path, busy: Callable[[str], Exception], *, patience: float = 0.0) -> Iterator[None]:
    """Hold a lock file while the block runs.

    When another process still has it after so many seconds, raise what `busy` makes of ` (process 123)`. The system
    frees the lock of a process that was killed. The file stays.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    file = FileLock(lock, timeout=patience)
    try:
        file.acquire()
    except Timeout as error:
        raise busy(_holder(lock)) from error
    try:
        lock.write_text(f"{os.getpid()}\n", encoding="utf-8")
        yield
    finally:
        file.release()


def _holder(lock: Path) -> str:
    try:
        written = lock.read_text(encoding="utf-8").strip()
    except OSError:
        return ""
    return f" (process {written})" if written.isdecimal() else ""
