"""The exporters that the verdicts of a trial are tried on: three healthy ones, and many with one defect each."""

from __future__ import annotations

import ast
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from clari_readiness.trial import Accused, Outcome, Pace, Trial, chosen
from clari_readiness.trial.exporter import engine_of

REPOSITORY = Path(__file__).parents[2]
DIRECTORY = Path(__file__).parent / "exporters"
TIME_SCALE = 20.0
SEED = 1


@dataclass(frozen=True)
class Specimen:
    """An exporter: the words that start it (none: the reference exporter), and the scenario that must catch it.

    `caught_by` is empty for a healthy one.
    """

    name: str
    words: tuple[str, ...]
    warehouse: str = "sqlite:///warehouse.sqlite"
    caught_by: str = ""

    def __str__(self) -> str:
        return self.name

    def outcomes(self, directory: Path, scenarios: Sequence[str] = (), *, quick: bool = False) -> Iterator[Outcome]:
        """Put it on trial, and yield what becomes of each scenario: of all of them when none is named."""
        accused = Accused(self.words, *engine_of(self.warehouse), REPOSITORY)
        trial = Trial(accused, directory, dict(os.environ), SEED, Pace(TIME_SCALE))
        return trial.outcomes(chosen(tuple(scenarios), quick=quick))


REFERENCE = Specimen("reference", (), "duckdb:///warehouse.duckdb")
PLAIN = Specimen("plain", (sys.executable, str(DIRECTORY / "plain.py")))
NODE = Specimen("node", (shutil.which("node") or "node", str(DIRECTORY / "node.mjs")))
HEALTHY = (REFERENCE, PLAIN, NODE)

PROGRAMS = ("appends_and_trusts", "repeats_the_post")
"""Those that are whole programs, and no changes of the plain one."""

_OTHERS = ("__init__", "__main__", "plain")


def defective() -> tuple[Specimen, ...]:
    """Return every exporter with a defect, by name."""
    names = sorted(path.stem for path in DIRECTORY.glob("*.py"))
    return tuple(_defective(name) for name in names if name not in _OTHERS)


def _defective(name: str) -> Specimen:
    started = (str(DIRECTORY / f"{name}.py"),) if name in PROGRAMS else ("-m", "tests.sabotage.exporters", name)
    return Specimen(name, (sys.executable, *started), caught_by=constants_of(name).get("CAUGHT_BY", ""))


def constants_of(name: str) -> dict[str, str]:
    """Return the texts that a module gives names to, without running it."""
    found = {}
    for node in ast.parse((DIRECTORY / f"{name}.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            found |= {target.id: node.value.value for target in node.targets if isinstance(target, ast.Name)}
    return found


DEFECTIVE = defective()
