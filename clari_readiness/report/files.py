"""How a report reaches the disk: for its owner's eyes."""

from __future__ import annotations

from pathlib import Path

from clari_readiness import files
from clari_readiness.errors import ReadinessError


def put(path: Path, content: bytes) -> None:
    """Put the content at the path at once, mode 0600; a reader sees the old file or the new one, never half of it.

    Missing directories are made, for the owner only. Raises ReadinessError when the disk refuses.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        files.replace(path, content)
    except OSError as refused:
        raise ReadinessError(
            f"{path}: the report cannot be written ({refused.strerror or refused})",
            way_out="make its directory writable, with room for it, and run again",
        ) from refused
