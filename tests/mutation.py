"""Mutation testing: is each line of the code that loads money one that some test depends on? `make mutants`.

    python -m tests.mutation [--go-on]

Which modules are mutated, and by which tests each mutant is tried, is in pyproject.toml. The exit code is 1 when fewer
than nine mutants of ten are killed. `--go-on` takes up a run that was broken off, and keeps what it found.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

KILLED = frozenset({"killed", "segfault"})
"""What mutmut says of a mutant that was noticed. All else is a survivor: `no tests`, `not checked`, and also `timeout`,
since on a busy machine that is what becomes of any mutant whose tests take long."""

_MUTMUT = Path(sys.executable).with_name("mutmut")
_COPY = Path("mutants")


@dataclass(frozen=True)
class Mutant:
    """A mutant by mutmut's name (`<module>.x_<function>__mutmut_<number>`), and what became of it."""

    name: str
    status: str

    @property
    def module(self) -> str:
        return self.name.rpartition(".")[0]

    @property
    def killed(self) -> bool:
        return self.status in KILLED


def listed(results: str) -> list[Mutant]:
    """Return the mutants that `mutmut results` lists, one a line."""
    lines = (line.strip().partition(": ") for line in results.splitlines())
    return [Mutant(name, status) for name, _, status in lines if status]


def table(mutants: Sequence[Mutant]) -> Iterator[str]:
    """Yield a line for each module and one for all: mutants, killed, survivors, and the killed in per cent."""
    made = Counter(mutant.module for mutant in mutants)
    killed = Counter(mutant.module for mutant in mutants if mutant.killed)
    yield f"{'mutants':>8}  {'killed':>8}  {'survived':>8}  {'%':>6}  module"
    for module in sorted(made):
        yield _row(made[module], killed[module], module)
    yield _row(made.total(), killed.total(), "all")


def enough(mutants: Sequence[Mutant]) -> bool:
    """Tell whether there were mutants, and at least nine of ten were killed."""
    return bool(mutants) and 10 * sum(mutant.killed for mutant in mutants) >= 9 * len(mutants)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("--go-on", action="store_true", help="take up a run that was broken off")
    if not parser.parse_args().go_on:
        shutil.rmtree(_COPY, ignore_errors=True)  # mutmut takes over neither SQL nor settings that changed since
    subprocess.run([_MUTMUT, "run"], env={**os.environ, "HYPOTHESIS_PROFILE": "mutants"}, check=True)
    mutants = listed(_said("results", "--all", "true"))
    for mutant in mutants:
        if not mutant.killed:
            print(_said("show", mutant.name))
    print(*table(mutants), sep="\n")
    return 0 if enough(mutants) else 1


def _said(*arguments: str) -> str:
    return subprocess.run([_MUTMUT, *arguments], check=True, capture_output=True, text=True).stdout


def _row(made: int, killed: int, what: str) -> str:
    return f"{made:>8,}  {killed:>8,}  {made - killed:>8,}  {100 * killed / max(made, 1):>6.1f}  {what}"


if __name__ == "__main__":
    sys.exit(main())
