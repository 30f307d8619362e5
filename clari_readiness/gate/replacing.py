"""New recordings take the place of the old ones whole, or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path

from filelock import FileLock


def put_in_place(staged: Path, target: Path, lock: Path) -> None:
    """Replace a directory of cassettes by the staged ones, all or none of them; whoever does it holds `lock`.

    Killed in between, `put_back` repairs it. Raises OSError when the new ones cannot be written.
    """
    new, old = _beside(target)
    with FileLock(lock):
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        for path in staged.glob("*.json"):
            shutil.copy(path, new)
        _repair(target, old)
        if target.exists():
            target.rename(old)
        new.rename(target)
        shutil.rmtree(old, ignore_errors=True)


def put_back(target: Path, lock: Path) -> None:
    """Undo what a killed `put_in_place` left half done: the old cassettes stand again, or the new ones alone."""
    _, old = _beside(target)
    if old.exists():
        with FileLock(lock):
            _repair(target, old)


def _repair(target: Path, old: Path) -> None:
    if old.exists() and not target.exists():
        old.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _beside(target: Path) -> tuple[Path, Path]:
    return target.with_name(f".{target.name}.new"), target.with_name(f".{target.name}.old")
