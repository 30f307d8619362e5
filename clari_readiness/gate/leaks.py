"""Where a secret value lies in files that others can read."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

NEVER_LOOKED_INTO = frozenset({".git", ".readiness", ".venv", "node_modules", "__pycache__"})


LEFT_BEHIND = ("report.*", "history.jsonl", "landing/**/*")
"""What a run leaves behind for others to read; the simulator's own state is not among it."""


def candidates(base: Path, *, cassettes: Iterable[Path], directory: Path) -> tuple[tuple[Path, ...], str]:
    """Return the files to look into, and in words where they come from.

    They are the files that git tracks in the repository around `base` (every file below it where there is none), every
    `.env` file below it, the cassettes, and the reports and landed documents in the environment's `directory`.
    """
    tracked = _tracked(base)
    files = set(tracked if tracked is not None else _below(base))
    files.update(path for path in _below(base) if path.name == ".env" or path.name.startswith(".env."))
    files.update(path for each in cassettes for path in _below(each))
    files.update(path for pattern in LEFT_BEHIND for path in directory.glob(pattern) if path.is_file())
    origin = "tracked by git" if tracked is not None else "below the settings file, since git tracks nothing here"
    return tuple(sorted(files)), origin


def files_holding(needles: Iterable[bytes], files: Iterable[Path]) -> list[Path]:
    """Return the files that hold any of the byte strings; a file that cannot be read is an OSError."""
    wanted = tuple(needles)
    return [path for path in files if any(needle in content for content in [path.read_bytes()] for needle in wanted)]


def _tracked(base: Path) -> list[Path] | None:
    root = _git(base, "rev-parse", "--show-toplevel")
    if root is None:
        return None
    repository = Path(os.fsdecode(root.rstrip(b"\n")))
    listed = _git(repository, "ls-files", "-z", "--cached") or b""
    paths = (repository / os.fsdecode(name) for name in listed.split(b"\0") if name)
    return [path for path in paths if path.is_file()]


def _git(directory: Path, *words: str) -> bytes | None:
    """Return what git prints there, or None where it is missing or this is no repository."""
    try:
        done = subprocess.run(  # noqa: S603 - no shell, fixed words
            ["git", "-C", str(directory), *words],  # noqa: S607 - whichever git the user has
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None


def _below(directory: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(directory):
        names[:] = [name for name in names if name not in NEVER_LOOKED_INTO]
        yield from (Path(folder) / name for name in files if (Path(folder) / name).is_file())
