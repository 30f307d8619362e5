"""The wheel, built with the locked build tools and installed where nothing else is but what it says that it needs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

REPOSITORY = Path(__file__).parents[2]
_NOT_INHERITED = re.compile(r"CLARI_|PYTEST|PYTHON|VIRTUAL_ENV|FORCE_COLOR|NO_COLOR|COLUMNS|LINES|CI$")


@dataclass(frozen=True)
class Installed:
    """A virtual environment that holds the wheel, and the distributions that the wheel asks for."""

    home: Path

    def run(
        self, directory: Path, *words: str, typed: str | None = None, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run `clari-readiness` in a directory; `typed` is what somebody types, `variables` what is exported."""
        kept = {name: value for name, value in os.environ.items() if not _NOT_INHERITED.match(name)}
        return subprocess.run(
            [self.home / "bin" / "clari-readiness", *words],
            cwd=directory,
            env=kept | variables,
            input=typed or "",
            capture_output=True,
            text=True,
            timeout=900,  # on a machine that is busy with others
            check=False,
        )

    @property
    def package(self) -> Path:
        (package,) = self.home.glob("lib/python*/site-packages/clari_readiness")
        return package


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from what is committed and what is not; no network is asked."""
    out = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(build, cwd=REPOSITORY, check=True, capture_output=True)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Install the wheel, and link what it declares, and what that declares, from the versions that are locked.

    A dependency that the wheel forgets to declare is missing there, as it would be for whoever installs it.
    """
    home = tmp_path_factory.mktemp("installed") / "home"
    venv.create(home, with_pip=False, symlinks=True)
    (site,) = home.glob("lib/python*/site-packages")
    pip = [sys.executable, "-m", "pip", f"--python={home / 'bin' / 'python'}", "install", "--quiet", "--no-index"]
    subprocess.run([*pip, "--no-deps", str(wheel)], check=True, capture_output=True)
    ours = next(iter(Distribution.discover(name="clari-readiness", path=[str(site)])))
    for needed in _needed(ours):
        _link(needed, site)
    return Installed(home)


def _needed(ours: Distribution) -> Iterator[Distribution]:
    """Yield everything that a distribution needs on this machine, extras that it asks for included."""
    seen: set[tuple[str, str]] = set()
    asked = [(ours, "")]
    while asked:
        one, extra = asked.pop()
        for requirement in map(Requirement, one.requires or ()):
            if requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
                continue
            for wanted in ("", *requirement.extras):
                if (requirement.name, wanted) not in seen:
                    seen.add((requirement.name, wanted))
                    asked.append((distribution(requirement.name), wanted))
                    yield asked[-1][0]


def _link(needed: Distribution, site: Path) -> None:
    for top in {file.parts[0] for file in needed.files or () if file.parts[0] not in ("..", "__pycache__")}:
        link = site / top
        if not link.exists():
            link.symlink_to(Path(str(needed.locate_file(top))))
