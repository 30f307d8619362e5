"""A body on its way into a file: `<name>.part` first, its size and SHA-256 on the way, the name when it is whole."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO, Self

from clari_readiness.errors import ReadinessError
from clari_readiness.model.exports import LandedDocument

_AT_ONCE = 1024 * 1024
"""Bytes that are digested at once: handing over each chunk would cost more than its digest."""

_WRITTEN_BACK = 32 * 1024 * 1024
"""Bytes after which the disk begins with what came so far, or it would idle until the last chunk and we wait for it."""


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
    size = 0
    with part.open("wb") as file, _WriteBack(file) as disk, _Digest() as digest:
        for chunk in chunks:
            file.write(chunk)
            digest.update(chunk)
            size += len(chunk)
            disk.begin(size)
        file.flush()
        disk.finish()
    return size, digest.hexdigest()


class _WriteBack:
    """Makes a file durable in a thread of its own, stretch by stretch while it grows.

    The system tells that a disk refused to one call only, so each call's error is kept until the end.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._descriptor = file.fileno()
        self._pool = ThreadPoolExecutor(max_workers=1)
        self._writing: list[Future[None]] = []
        self._begun = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def begin(self, size: int) -> None:
        """Begin to write what there is, now that the file has so many bytes, if that is worth it."""
        if size - self._begun >= _WRITTEN_BACK:
            self._begun = size
            self._writing.append(self._pool.submit(os.fsync, self._descriptor))

    def finish(self) -> None:
        """Return when everything is on the disk; an OSError says that it is not."""
        self._writing.append(self._pool.submit(os.fsync, self._descriptor))
        for each in self._writing:
            each.result()


class _Digest:
    """A SHA-256 that is computed in a thread of its own, so that the next chunk is received meanwhile."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._pool = ThreadPoolExecutor(max_workers=1)
        self._chunks: list[bytes] = []
        self._bytes = 0
        self._computing: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._hand_over()
        self._pool.shutdown()

    def update(self, chunk: bytes) -> None:
        """Take a chunk, and wait where the thread has not yet come as far as the ones before."""
        self._chunks.append(chunk)
        self._bytes += len(chunk)
        if self._bytes >= _AT_ONCE:
            self._hand_over()

    def hexdigest(self) -> str:
        """Return the digest, when all is over."""
        return self._sha256.hexdigest()

    def _hand_over(self) -> None:
        if self._computing is not None:
            self._computing.result()
        self._computing = self._pool.submit(self._compute, self._chunks)
        self._chunks, self._bytes = [], 0

    def _compute(self, chunks: list[bytes]) -> None:
        for chunk in chunks:
            self._sha256.update(chunk)


def _make_durable(directory: Path) -> None:
    """Write the directory itself, or a crash could forget the new name."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
