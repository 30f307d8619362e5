"""The key that pseudonyms and factor derive from: made once for each environment, and never committed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from secrets import token_bytes

from clari_readiness.errors import ReadinessError

_LENGTH = 32
_WRITTEN = re.compile(rf"[0-9a-f]{{{2 * _LENGTH}}}\n?")


def recording_key(path: Path, *, chance: Callable[[int], bytes] = token_bytes) -> bytes:
    """Return the key that lies there, made now if none does: 32 bytes from `chance`, readable by this user alone.

    Of two that make it at once, one wins and both return its key. Raises ReadinessError when the file holds something
    else or cannot be read.
    """
    if not path.exists():
        _make(path, chance(_LENGTH).hex())
    try:
        written = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        written = ""
    if not _WRITTEN.fullmatch(written):
        raise ReadinessError(
            f"{path} is not the key of recordings, or cannot be read",
            way_out="restore it from where your team keeps it; without it, all pseudonyms of a new recording differ",
        )
    return bytes.fromhex(written)


def _make(path: Path, written: str) -> None:
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(f"{written}\n")
    with suppress(FileExistsError):
        path.hardlink_to(partial)
    partial.unlink()
