"""The exporters that the verdicts of a trial are tried on: three healthy ones, and many with one defect each."""

from __future__ import annotations

import ast
import atexit
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock

from clari_readiness.trial import Accused, Outcome, Pace, Scenario, Trial, chosen
from clari_readiness.trial.child import Child, NurseryStarter, Start, Starter
from clari_readiness.trial.variables import ALLOWED, Names
from clari_readiness.trial.warehouses import warehouses_at

REPOSITORY = Path(__file__).parents[2]
DIRECTORY = Path(__file__).parent / "exporters"
TIME_SCALE = 20.0
SEED = 1


class Forked(Accused):
    """The plain exporter with a defect, in a child of a process that has loaded it, which all of them share.

    That saves half a second of a core for each exporter, and 0.2 for each run. Which defect it is, a variable says.
    """

    def starter(self, caller: Mapping[str, str]) -> Starter:
        """Return what starts it."""
        with _ONE_NURSERY:
            return _Kept(_nursery(tuple((name, caller[name]) for name in ALLOWED if name in caller)))


@dataclass(frozen=True)
class _Kept:
    """A nursery that goes on when a trial ends: the next one needs it."""

    nursery: NurseryStarter

    def start(self, start: Start) -> Child:
        return self.nursery.start(start)

    def close(self) -> None:
        """Do nothing: it is closed when the tests end."""


_ONE_NURSERY = Lock()


@cache
def _nursery(environ: tuple[tuple[str, str], ...]) -> NurseryStarter:
    nursery = NurseryStarter(dict(environ), "tests.sabotage.exporters")
    atexit.register(nursery.close)
    return nursery


ALSO: dict[str, tuple[str, ...]] = {
    "appends_and_trusts": ("duplicates_two_at_once", "process_killed_while_loading"),
    "appends_by_the_day": ("process_killed_while_loading",),
    "commits_every_statement": ("process_session_broken",),
    "empties_its_tables_first": ("process_killed_at_a_post", "process_killed_while_loading"),
    "first_page_only": (
        *("pages_full", "pages_overlap", "pages_inserted"),
        *("resilience_combined_1", "resilience_combined_2", "resilience_combined_3"),
    ),
    "follows_redirects": ("key_redirected_look", "key_redirected_post"),
    "forgets_its_jobs": ("process_killed_at_a_post", "process_killed_while_loading"),
    "never_queues_again": ("job_aborted_once",),
    "retries_nothing": (
        *("resilience_502_html", "resilience_503"),
        *("resilience_cut_short", "resilience_reset_in_body"),
    ),
    "swallows_exceptions": (
        *("job_aborted", "job_cancelled", "job_cancelled_once", "job_expired", "job_gone_once"),
        "resilience_outage_silent",
    ),
}
"""Exporter -> the scenarios besides that must catch it, so that each is seen to catch somebody."""


@dataclass(frozen=True)
class Specimen:
    """An exporter: the words that start it (none: the reference exporter), and the scenario that must catch it.

    `caught_by` is empty for a healthy one. `defect` is what is wrong with the plain exporter, None for any other.
    """

    name: str
    words: tuple[str, ...]
    warehouse: str = "sqlite:///warehouse.sqlite"
    caught_by: str = ""
    defect: str | None = None

    def __str__(self) -> str:
        return self.name

    @property
    def must_be_caught_by(self) -> tuple[str, ...]:
        """Return the scenarios that have to catch it: none, of a healthy one."""
        return (self.caught_by, *ALSO.get(self.name, ())) if self.caught_by else ()

    def is_spared(self, scenario: Scenario) -> bool:
        """Whether a scenario is not for its engine."""
        return scenario.does in warehouses_at(self.warehouse, of_the_environment).spared

    def outcomes(
        self, directory: Path, scenarios: Sequence[str] = (), *, quick: bool = False, seed: int = SEED
    ) -> Iterator[Outcome]:
        """Put it on trial, and yield what becomes of each scenario: of all of them when none is named."""
        trial = Trial(self._accused(), directory, dict(os.environ), seed, Pace(TIME_SCALE))
        return trial.outcomes(chosen(scenarios, quick=quick))

    def _accused(self) -> Accused:
        warehouses = warehouses_at(self.warehouse, of_the_environment)
        if self.defect is None:
            return Accused(self.words, warehouses, REPOSITORY)
        return Forked(self.words, warehouses, REPOSITORY, Names(extra={"DEFECT": self.defect}))


REFERENCE = Specimen("reference", (), "duckdb:///warehouse.duckdb")
PLAIN = Specimen("plain", (sys.executable, str(DIRECTORY / "plain.py")))
"""Started as a command, as a user would."""
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
    caught_by = constants_of(name).get("CAUGHT_BY", "")
    if name in PROGRAMS:
        return Specimen(name, (sys.executable, str(DIRECTORY / f"{name}.py")), caught_by=caught_by)
    return Specimen(name, (sys.executable, "-m", "tests.sabotage.exporters", name), caught_by=caught_by, defect=name)


def constants_of(name: str) -> dict[str, str]:
    """Return the texts that a module gives names to, without running it."""
    found = {}
    for node in ast.parse((DIRECTORY / f"{name}.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            found |= {target.id: node.value.value for target in node.targets if isinstance(target, ast.Name)}
    return found


def names_in(module: str) -> set[str]:
    """Return the names of functions and constants of a module, without running it."""
    found: set[str] = set()
    for node in ast.parse((DIRECTORY / f"{module}.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return found


def caught_in(engine: str) -> dict[str, str]:
    """Return the defects of the plain exporter's that are there with an engine: defect -> what must catch it."""
    names = sorted(path.stem for path in (DIRECTORY / engine).glob("*.py"))
    return {name: constants_of(f"{engine}/{name}")["CAUGHT_BY"] for name in names if name != "__init__"}


def of_the_environment(reference: str) -> str:
    """Return what `env://NAME` refers to: a URL with a password in it is refused."""
    return os.environ[reference.removeprefix("env://")]


DEFECTIVE = defective()
