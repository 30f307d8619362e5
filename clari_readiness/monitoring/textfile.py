"""The file that node_exporter reads: whole or not at all, and readable for everybody, as another user reads it."""

from __future__ import annotations

from pathlib import Path

from clari_readiness.errors import ReadinessError
from clari_readiness.files import replace

_FOR_EVERYBODY = 0o644


def put(path: Path, text: bytes) -> None:
    """Put the text at the path at once, mode 0644; a reader sees the old file or the new one, never half of it.

    Until then it has a name that does not end in `.prom`, which node_exporter leaves alone. Raises ReadinessError.
    """
    try:
        replace(path, text, mode=_FOR_EVERYBODY)
    except OSError as refused:
        raise ReadinessError(
            f"{path}: the metrics cannot be written: {refused.strerror or refused}",
            way_out='name a file in a directory that is there and writable: metrics = "/var/lib/.../clari.prom"',
        ) from refused
