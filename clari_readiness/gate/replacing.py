"""New recordings take the place of the old ones whole, or not at all."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path


def put_in_place(staged: Path, target: Path) -> None:
    """Replace a directory of cassettes by the staged ones; whoever looks finds all of the old ones or all of the new.

    Killed in between, `put_back` repairs it.
    """
    new, old = _beside(target)
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    for path in staged.glob("*.json"):
        shutil.copy(path, new)
    put_back(target)
    if target.exists():
        target.rename(old)
    new.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def put_back(target: Path) -> None:
    """Undo what a killed `put_in_place` left half done: the old cassettes stand again, or the new ones alone."""
    _, old = _beside(target)
    if old.exists() and not target.exists():
        with suppress(FileNotFoundError):  # another worker was faster
            old.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _beside(target: Path) -> tuple[Path, Path]:
    return target.with_name(f".{target.name}.new"), target.with_name(f".{target.name}.old")
