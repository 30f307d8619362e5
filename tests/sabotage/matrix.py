"""The whole matrix scenario x exporter, some times with the same seed: `make sabotage`.

    python -m tests.sabotage.matrix [--rounds 3] [--seed 1] [--at-once 4] [EXPORTER ...]

The exit code is 1 when a verdict differs from one round to the next, when a healthy exporter is caught, or when a
defective one is not caught by the scenario that is meant for it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from clari_readiness.trial import SCENARIOS, Verdict
from tests.sabotage.specimens import DEFECTIVE, HEALTHY, SEED, Specimen

SIGNS = {Verdict.KEPT: ".", Verdict.BROKEN: "X", Verdict.NOT_TESTED: "?", Verdict.NOT_APPLICABLE: "n"}
NOT_REACHED = " "  # it failed the healthy run, and got no other answer

Verdicts = Mapping[str, str]
Matrix = Mapping[str, Verdicts]


def verdicts(specimen: Specimen, seed: int) -> tuple[dict[str, str], dict[str, str]]:
    """Return scenario -> sign, and scenario -> what was wrong, of one exporter."""
    with tempfile.TemporaryDirectory(prefix="sabotage-") as directory:
        outcomes = list(specimen.outcomes(Path(directory), seed=seed))
    return (
        {outcome.scenario: SIGNS[outcome.verdict] for outcome in outcomes},
        {outcome.scenario: outcome.sentence for outcome in outcomes},
    )


def one_round(specimens: Sequence[Specimen], seed: int, at_once: int) -> Matrix:
    """Put all of them on trial, and say of each what caught it."""
    found: dict[str, Verdicts] = {}
    with ProcessPoolExecutor(at_once) as pool:
        waiting = {pool.submit(verdicts, specimen, seed): specimen for specimen in specimens}
        for number, future in enumerate(as_completed(waiting), 1):
            specimen = waiting[future]
            found[specimen.name], sentences = future.result()
            print(f"  {number}/{len(specimens)} {_told(specimen, found[specimen.name], sentences)}", flush=True)
            for scenario, sign in found[specimen.name].items():
                if sign == SIGNS[Verdict.NOT_TESTED]:
                    print(f"       {scenario} could not be looked at: {sentences[scenario]}", flush=True)
    return found


def table(specimens: Sequence[Specimen], matrix: Matrix) -> Iterator[str]:
    """Yield the matrix: a line for each scenario, a column for each exporter."""
    for number, specimen in enumerate(specimens, 1):
        yield f"{number:4} {specimen.name}" + (f", which {specimen.caught_by} must catch" if specimen.caught_by else "")
    for digit in (10, 1):
        yield " " * 34 + _in_fives([str(number // digit % 10) for number in range(1, len(specimens) + 1)])
    for scenario in SCENARIOS:
        signs = [matrix[specimen.name].get(scenario.name, NOT_REACHED) for specimen in specimens]
        yield f"{scenario.name:34}{_in_fives(signs)}"


def wrong(specimens: Sequence[Specimen], rounds: Sequence[Matrix]) -> Iterator[str]:
    """Yield what is not as it must be."""
    for specimen in specimens:
        for scenario in SCENARIOS:
            signs = [matrix[specimen.name].get(scenario.name, NOT_REACHED) for matrix in rounds]
            if len(set(signs)) > 1:
                yield f"{specimen.name} in {scenario.name}: {' '.join(signs)}, with the same seed"
            good = SIGNS[Verdict.NOT_APPLICABLE if specimen.is_spared(scenario) else Verdict.KEPT]
            if not specimen.caught_by and set(signs) != {good}:
                yield f"{specimen.name}, which is healthy, in {scenario.name}: {' '.join(signs)}"
            if scenario.name in specimen.must_be_caught_by and set(signs) != {"X"}:
                yield f"{specimen.name} is not caught by {scenario.name}: {' '.join(signs)}"
            if scenario.name == "healthy" != specimen.caught_by and set(signs) != {"."}:
                yield f"{specimen.name} does not get past the healthy run"


def main() -> int:
    """Make the rounds, print the matrix and what is wrong with it, and return the exit code."""
    options = _options()
    specimens = [each for each in (*HEALTHY, *DEFECTIVE) if not options.exporters or each.name in options.exporters]
    began, rounds = time.monotonic(), []
    for number in range(1, options.rounds + 1):
        print(f"round {number} of {options.rounds}, seed {options.seed}", flush=True)
        rounds.append(one_round(specimens, options.seed, options.at_once))
        print(*wrong(specimens, rounds), sep="\n", flush=True)
    print("", *table(specimens, rounds[0]), "", sep="\n")
    problems = list(wrong(specimens, rounds))
    print(*problems, sep="\n", end="\n" if problems else "")
    minutes = (time.monotonic() - began) / 60
    same = "the same verdicts each time" if not problems else f"{len(problems)} not as they must be"
    print(f"{len(SCENARIOS)} scenarios x {len(specimens)} exporters, {options.rounds} times: {same}, {minutes:.0f} min")
    return 1 if problems else 0


def _told(specimen: Specimen, found: Verdicts, sentences: Mapping[str, str]) -> str:
    caught = [name for name, sign in found.items() if sign not in (SIGNS[Verdict.KEPT], SIGNS[Verdict.NOT_APPLICABLE])]
    if not caught:
        return f"{specimen.name}: kept everything"
    name = specimen.caught_by if specimen.caught_by in caught else caught[0]
    return f"{specimen.name}: {name}{f' and {len(caught) - 1} more' if caught[1:] else ''}: {sentences[name]}"


def _in_fives(signs: Sequence[str]) -> str:
    return " ".join("".join(signs[start : start + 5]) for start in range(0, len(signs), 5))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.sabotage.matrix")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--at-once", type=int, default=4, help="most of a trial is waiting")
    parser.add_argument("exporters", nargs="*", metavar="EXPORTER", help="only these")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
