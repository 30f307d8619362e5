"""The gate's options, and when the gate is active at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from clari_readiness.gate.catalogue import SUBSETS
from clari_readiness.shipped import shipped

DEFAULT_ENVIRONMENT = "recorded"

_NARROWING = {
    "keyword": "-k",
    "deselect": "--deselect",
    "lf": "--lf",
    "failedfirst": "--ff",
    "stepwise": "--stepwise",
    "ignore": "--ignore",
    "ignore_glob": "--ignore-glob",
    "maxfail": "-x or --maxfail",
    "collectonly": "--collect-only",
    "setuponly": "--setup-only",
    "setupplan": "--setup-plan",
}


def add_options(parser: pytest.Parser) -> None:
    """Add `--env`, `--config`, `--dry-run` and `--checks`."""
    group = parser.getgroup("clari-readiness", "the go-live gate for Clari integrations")
    group.addoption("--env", metavar="NAME", help=f"the environment to judge (default: {DEFAULT_ENVIRONMENT})")
    group.addoption("--config", metavar="FILE", type=Path, help="the settings file (default: clari-readiness.toml)")
    group.addoption(
        "--dry-run", action="store_true", help="list what would be asked of Clari and what it would cost; send nothing"
    )
    group.addoption("--checks", metavar="DIR", type=Path, action="append", default=[], help="more checks, of your own")


def activate(config: pytest.Config) -> bool:
    """Tell whether this is a run of the gate, and name the directories of checks as its arguments.

    It is when `checks/` is given, or `--checks`, or `--env`; `pytest tests` is an ordinary run, and so is one that only
    shows fixtures.
    """
    own: list[Path] = config.getoption("checks")
    chosen = config.args_source is not pytest.Config.ArgsSource.TESTPATHS
    given = [argument for argument in config.args if chosen and (own or _is_check(argument, config))]
    if not (own or given or config.getoption("env")) or _only_shows(config):
        return False
    for directory in own:
        if not directory.is_dir():
            raise pytest.UsageError(f"--checks={directory}: there is no such directory")
    if not __debug__ or config.getoption("assertmode") == "plain":
        raise pytest.UsageError("the checks are assertions: run without -O, PYTHONOPTIMIZE and --assert=plain")
    named = config.args if config.args_source is pytest.Config.ArgsSource.ARGS else given
    config.args = [*(named or [str(shipped("checks"))]), *map(str, own)]
    return True


def check_roots(config: pytest.Config) -> tuple[Path, ...]:
    """Return the directories whose assertions count as a check's own, the shipped one first."""
    return (shipped("checks").resolve(), *(directory.resolve() for directory in config.getoption("checks")))


def subset_of(config: pytest.Config) -> str:
    """Return the marker with which the run decides over a part of the catalogue: exactly `-m MARKER`, nothing else."""
    expression: str = config.getoption("markexpr", default="") or ""
    return expression if expression in SUBSETS and not list(_options_that_narrow(config)) else ""


def narrowing(config: pytest.Config) -> list[str]:
    """Return each way in which the call narrows a run to less than it could decide over, one sentence each."""
    found = list(_options_that_narrow(config))
    expression = config.getoption("markexpr", default="")
    if expression and not subset_of(config):
        found.append(f"the run was narrowed: -m {expression}")
    if not all(Path(argument).is_dir() for argument in config.args):
        found.append("the run was narrowed: a part of the checks was named")
    return found


def _options_that_narrow(config: pytest.Config) -> Iterator[str]:
    for name, option in _NARROWING.items():
        if config.getoption(name, default=None):
            yield f"the run was narrowed: {option}"
    for override in config.getoption("override_ini", default=None) or ():
        if override.startswith(("python_", "norecursedirs", "collect_")):
            yield f"the run was narrowed: -o {override.partition('=')[0]}"


def _only_shows(config: pytest.Config) -> bool:
    names = ("showfixtures", "show_fixtures_per_test", "cacheshow", "markers", "help")
    return any(config.getoption(name, default=None) for name in names)


def _is_check(argument: str, config: pytest.Config) -> bool:
    path = (config.invocation_params.dir / argument.partition("::")[0]).resolve()
    return path.is_relative_to(shipped("checks").resolve())
