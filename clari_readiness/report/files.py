"""How a report reaches the disk: whole or not at all, and for its owner's eyes."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from clari_readiness.errors import ReadinessError


def replace(path: Path, content: bytes) -> None:
    """Put the content at the path at once, mode 0600; a reader sees the old file or the new one, never half of it.

    Missing directories are made, for the owner only. Raises ReadinessError when the disk refuses.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_beside(path, content)
    except OSError as refused:
        raise ReadinessError(
            f"{path}: the report cannot be written ({refused.strerror or refused})",
            way_out="make its directory writable, with room for it, and run again",
        ) from refused


def _write_beside(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mkstemp opens with 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)  # noqa: PTH105 - Path.replace would need the name as a Path for nothing
    except BaseException:  # an interrupt as well: whatever happens, no half file stays
        with suppress(OSError):
            os.unlink(name)  # noqa: PTH108 - as above
        raise
