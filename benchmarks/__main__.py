"""`python -m benchmarks`: measure, print one table, write the figures; 1 when a goal was not measured, or missed.

A goal that docs/performance.md explains as out of reach fails the run when the figure is worse than explained.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from benchmarks.bench import QUICK, Bench, Sizes, begun, say
from benchmarks.children import NotInstalled, TaskFailed
from benchmarks.measurements import EXPLAINED, MEASUREMENTS
from benchmarks.outcome import machine, printed, written
from benchmarks.rows import Row, Standing, explained

_ROOT = Path(__file__).parents[1]
_RESULTS = _ROOT / "benchmarks" / "results.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was asked for, and return the exit code."""
    options = _options(arguments)
    sizes = QUICK if options.quick else Sizes.of(options.entries)
    repeats = 1 if options.quick else options.repeats
    whole = not options.quick and not options.only
    results = options.results or (_RESULTS if whole else options.directory / "results.json")
    before, rows = machine(), list[Row]()
    with begun(sizes, repeats=repeats, directory=options.directory) as bench:
        for name in options.only or MEASUREMENTS:
            since = time.monotonic()
            measured = _measured(name, bench)
            rows += [_not_judged(row) for row in measured] if options.quick else measured
            say(f"{name}: {time.monotonic() - since:.0f} s")
            for row in measured:  # now, in case that the run is stopped
                say(f"  {row.name}: {row.figure}")
    printed(rows, Console(width=None if sys.stdout.isatty() else 140))
    written(rows, results, sizes=sizes, repeats=repeats, before=before)
    return int(any(row.standing.fails for row in rows))


def _measured(name: str, bench: Bench) -> list[Row]:
    try:
        return [explained(row, EXPLAINED) for row in MEASUREMENTS[name](bench)]
    except NotInstalled as error:
        return [Row(name, "", f"{error}: `make bench` installs it", Standing.NOT_MEASURED)]
    except TaskFailed as error:
        return [Row(name, "", str(error), Standing.NOT_MEASURED)]


def _not_judged(row: Row) -> Row:
    """Return the row without a verdict: ratios mean nothing at this size. What could not run stays as it is."""
    return replace(row, standing=Standing.NOT_JUDGED) if row.standing in {Standing.REACHED, Standing.MISSED} else row


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="a smoke run with 10 thousand entries, which judges nothing"
    )
    parser.add_argument("--only", nargs="+", choices=list(MEASUREMENTS), metavar="PART", help=", ".join(MEASUREMENTS))
    parser.add_argument("--entries", type=int, default=1_000_000, help="what the goals call a million")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each, of which the median counts")
    parser.add_argument("--results", type=Path, help=f"the file for the figures; of a whole run {_RESULTS.name} here")
    parser.add_argument(
        "--directory", type=Path, default=_ROOT / ".readiness" / "bench", help="for documents and scratch"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that scratch and children go with it
    sys.exit(main())
