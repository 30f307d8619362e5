"""The gate's options, and when the gate is active at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from clari_readiness.gate.catalogue import SUBSETS
from clari_readiness.shipped import shipped

DEFAULT_ENVIRONMENT = "recorded"


def add_options(parser: pytest.Parser) -> None:
    """Add `--env`, `--config` and `--checks`."""
    group = parser.getgroup("clari-readiness", "the go-live gate for Clari integrations")
    group.addoption("--env", metavar="NAME", help=f"the environment to judge (default: {DEFAULT_ENVIRONMENT})")
    group.addoption("--config", metavar="FILE", type=Path, help="the settings file (default: clari-readiness.toml)")
    group.addoption("--checks", metavar="DIR", type=Path, action="append", default=[], help="more checks, of your own")


def activate(config: pytest.Config) -> bool:
    """Tell whether this is a run of the gate, and name the directories of checks as its arguments.

    It is when `checks/` is given, or `--checks`, or `--env`; `pytest tests` is an ordinary run.
    """
    own: list[Path] = config.getoption("checks")
    given = config.args if config.args_source is pytest.Config.ArgsSource.ARGS else []
    names_checks = any(_is_check(argument, config) for argument in given)
    if not (names_checks or own or config.getoption("env")):
        return False
    for directory in own:
        if not directory.is_dir():
            raise pytest.UsageError(f"--checks={directory}: there is no such directory")
    config.args = [*(given or [str(shipped("checks"))]), *map(str, own)]
    return True


def check_roots(config: pytest.Config) -> tuple[Path, ...]:
    """Return the directories whose assertions count as a check's own."""
    return (shipped("checks").resolve(), *(directory.resolve() for directory in config.getoption("checks")))


def subset_of(config: pytest.Config) -> str:
    """Return the marker with which the run decides over a part of the catalogue: exactly `-m MARKER`, nothing else."""
    expression: str = config.option.markexpr or ""
    return expression if expression in SUBSETS and not _narrowed_otherwise(config) else ""


def narrowed(config: pytest.Config) -> bool:
    """Tell whether the run was narrowed to less than it could decide over, so that it can never pass."""
    return _narrowed_otherwise(config) or (bool(config.option.markexpr) and not subset_of(config))


def _narrowed_otherwise(config: pytest.Config) -> bool:
    names = ("keyword", "deselect", "lf", "failedfirst", "stepwise", "ignore", "ignore_glob", "maxfail", "collectonly")
    some = any(config.getoption(name, default=None) for name in names)
    return some or not all(Path(argument).is_dir() for argument in config.args)


def _is_check(argument: str, config: pytest.Config) -> bool:
    path = (config.invocation_params.dir / argument.partition("::")[0]).resolve()
    return path.is_relative_to(shipped("checks").resolve())
