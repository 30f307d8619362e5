"""How a file reaches the disk: whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

FOR_ITS_OWNER = 0o600


def replace(path: Path, content: bytes, *, mode: int = FOR_ITS_OWNER) -> None:
    """Put the content at the path at once; a reader sees the old file or the new one, never half of it.

    Until then it lies beside it, as a hidden file that ends in something else. Raises OSError.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mkstemp opens with 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        os.replace(name, path)  # noqa: PTH105 - Path.replace would need the name as a Path for nothing
    except BaseException:  # an interrupt as well: whatever happens, no half file stays
        with suppress(OSError):
            os.unlink(name)  # noqa: PTH108 - as above
        raise
