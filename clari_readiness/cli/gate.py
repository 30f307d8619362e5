"""The gate, started from the command line: pytest over the shipped checks, in place of this process."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from clari_readiness.environments import Environment
from clari_readiness.environments.environment import LEFT_BEHIND
from clari_readiness.shipped import shipped


def become_the_gate(environment: Environment, arguments: Sequence[str]) -> NoReturn:
    """Let pytest take the place of this process, so that Ctrl-C and the exit code are its own.

    `arguments` are pytest's, and come last: they have the last word. The `conftest.py` beside the settings file counts
    for every check. What a project sets for its own pytest does not: its `addopts` must not change what is decided.
    """
    base = environment.base.resolve()
    nobodys = ["-c", os.devnull, f"--rootdir={base}", f"--confcutdir={base}", "-o", f"cache_dir={LEFT_BEHIND}/pytest"]
    ours = ["-p", "clari_readiness.plugin", "--import-mode=importlib", "--strict-markers", "-o", "pythonpath=."]
    chosen = [f"--env={environment.name}", f"--config={environment.path}"]
    command = [sys.executable, "-m", "pytest", *nobodys, *ours, str(shipped("checks")), *chosen, *arguments]
    sys.stdout.flush()
    os.execv(sys.executable, command)  # noqa: S606 - no shell, and these words


def own_checks(environment: Environment) -> list[str]:
    """Return the option that lets the checks in `checks/` beside the settings file join, or none."""
    own = environment.base / "checks"
    return [f"--checks={own}"] if own.is_dir() and own.resolve() != shipped("checks").resolve() else []
