"""What takes long to make, and is the same for all: the first worker that needs it makes it."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from filelock import FileLock

Made = TypeVar("Made")


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Made]) -> Made:
    """Return what `make` returned, which was called with a directory that is still to be made.

    All workers share the directory, and nobody changes anything there.
    """
    own = factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    kept = shared / f"{name}.pickle"
    with FileLock(shared / f"{name}.lock"):
        if not kept.exists():
            kept.write_bytes(pickle.dumps(make(shared / name)))
    made: Made = pickle.loads(kept.read_bytes())  # noqa: S301 - this very run has written it
    return made
