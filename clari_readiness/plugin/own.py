"""What a team has beside its settings file: a `conftest.py` whose fixtures count for the shipped checks as well."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from clari_readiness.errors import SettingsError

_MODULE = "conftest"
_GAVE_UP = (Exception, SystemExit, pytest.exit.Exception, pytest.skip.Exception, pytest.fail.Exception)
"""What a module can raise; a `sys.exit(0)` in it must not look like a decision."""


def load_own_fixtures(config: pytest.Config, directory: Path) -> None:
    """Load the `conftest.py` of the directory that holds the settings, unless pytest has it already.

    pytest itself finds one only above the checks that it runs, and those of an installed wheel lie elsewhere. Raises
    SettingsError when it cannot be imported: judged by the shipped fixtures, the run would be another team's.
    """
    path = directory.resolve() / "conftest.py"
    manager = config.pluginmanager
    if config.rootpath == path.parent and path.is_file() and not manager.has_plugin(str(path)):
        manager.register(_imported(path), str(path))


def _imported(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(_MODULE, path)
    if spec is None or spec.loader is None:
        raise SettingsError(f"{path}: is no Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[_MODULE] = module
    try:
        spec.loader.exec_module(module)
    except _GAVE_UP as error:
        raise SettingsError(
            f"{path}: cannot be imported: {type(error).__name__}: {error}".partition("\n")[0],
            way_out="mend it: its fixtures count for every check",
        ) from error
    return module
