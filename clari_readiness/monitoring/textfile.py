"""The file that node_exporter reads: whole or not at all, and readable for everybody, as another user reads it."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from clari_readiness.errors import ReadinessError

_FOR_EVERYBODY = 0o644


def put(path: Path, text: bytes) -> None:
    """Put the text at the path at once, mode 0644; a reader sees the old file or the new one, never half of it.

    Until then it has a name that does not end in `.prom`, which node_exporter leaves alone. Raises ReadinessError.
    """
    try:
        _renamed(path, text)
    except OSError as refused:
        raise ReadinessError(
            f"{path}: the metrics cannot be written: {refused.strerror or refused}",
            way_out='name a file in a directory that is there and writable: metrics = "/var/lib/.../clari.prom"',
        ) from refused


def _renamed(path: Path, text: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text)
            os.fchmod(file.fileno(), _FOR_EVERYBODY)
        Path(name).replace(path)
    except BaseException:  # an interrupt as well: whatever happens, no half file stays
        with suppress(OSError):
            Path(name).unlink()
        raise
