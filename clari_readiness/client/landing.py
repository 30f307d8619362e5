"""A body on its way into a file: `<name>.part` first, its size and SHA-256 on the way, the name when it is whole."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from clari_readiness.errors import ReadinessError
from clari_readiness.model.exports import LandedDocument


def land(chunks: Iterable[bytes], to: Path, *, judge: Callable[[Path, int], None]) -> LandedDocument:
    """Write the chunks to the file, durably, and return what it holds; a failure leaves no part behind.

    What was there under the name stays until the new file is whole and `judge`, called with the part and its bytes, has
    not raised. A disk that refuses is a `ReadinessError`, which sending the request again does not mend.
    """
    part = to.with_name(f"{to.name}.part")
    try:
        size, sha256 = _write(chunks, part)
        judge(part, size)
        part.replace(to)
        _make_durable(to.parent)
    except OSError as error:
        problem = ReadinessError(
            f"{to} cannot be written: {error.strerror or error}", way_out="make room, or name another directory"
        )
    else:
        return LandedDocument(to, size, sha256)
    finally:
        part.unlink(missing_ok=True)
    raise problem


def _write(chunks: Iterable[bytes], part: Path) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with part.open("wb") as file:
        for chunk in chunks:
            file.write(chunk)
            digest.update(chunk)
            size += len(chunk)
        file.flush()
        os.fsync(file.fileno())
    return size, digest.hexdigest()


def _make_durable(directory: Path) -> None:
    """Write the directory itself, or a crash could forget the new name."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
