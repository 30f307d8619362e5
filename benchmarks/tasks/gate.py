"""The gate, as somebody meets it who has just cloned the project: no caches, nothing left by an earlier run."""

from __future__ import annotations

import re
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[2]
_NEEDED = (
    "checks",
    "contracts",
    "cassettes",
    "docs",
    "clari_readiness",
    "conftest.py",
    "pyproject.toml",
    "clari-readiness.toml",
)

_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)


@dataclass(frozen=True)
class Ran:
    """A run that has ended: the copy that it ran in, how long it took, and its exit code."""

    root: Path
    seconds: float
    exit_code: int


def checks(directory: str, *, options: Sequence[str]) -> dict[str, Any]:
    """Run `pytest checks` with more options on a copy of the project."""
    with ran(Path(directory), options) as gate:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu_seconds = used.ru_utime + used.ru_stime
        return {"seconds": gate.seconds, "cpu_seconds": cpu_seconds, "exit_code": gate.exit_code}


@contextmanager
def ran(directory: Path, options: Sequence[str]) -> Iterator[Ran]:
    """Run the gate on a copy of the project, which is there for as long as it is looked at."""
    root = _copy(directory)
    command = [sys.executable, "-m", "pytest", "checks", *_without_foreign_plugins(), *options]
    begun = time.perf_counter()
    ended = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603
    seconds = time.perf_counter() - begun
    try:
        if ended.returncode not in {0, 1, 10}:
            raise RuntimeError(f"pytest checks ended with {ended.returncode}: {ended.stdout[-300:]}")
        yield Ran(root, seconds, ended.returncode)
    finally:
        shutil.rmtree(root)


def _without_foreign_plugins() -> list[str]:
    """Return the options that keep away what a user's `make check` would not have installed: it is slow to import."""
    ours = {_canonical(name) for name in _LOCKED.findall((_ROOT / "requirements" / "check.txt").read_text())}
    plugins = (
        point.name
        for distribution in distributions()
        if _canonical(distribution.metadata["Name"]) not in {*ours, "clari-readiness"}
        for point in distribution.entry_points.select(group="pytest11")
    )
    return [option for name in sorted(plugins) for option in ("-p", f"no:{name}")]


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _copy(to: Path) -> Path:
    to.mkdir()
    unwanted = shutil.ignore_patterns("__pycache__", ".*")
    for name in _NEEDED:
        if (_ROOT / name).is_dir():
            shutil.copytree(_ROOT / name, to / name, ignore=unwanted)
        else:
            shutil.copy2(_ROOT / name, to / name)
    return to
