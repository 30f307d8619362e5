"""What earlier runs found: one line of JSON for each run, the newest last."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import msgspec
from filelock import FileLock

from clari_readiness.errors import ReadinessError
from clari_readiness.files import replace
from clari_readiness.model.findings import GateReport, PastRun, Result

KEPT = 400
"""How many runs the history holds: more than a year of nights."""

SHOWN = 10
"""How many of them a report shows."""


def previously_passed(path: Path) -> frozenset[str]:
    """Return the items that passed in the last run that looked at the whole catalogue; empty when there was none."""
    for line in reversed(_lines(path)):
        run = json.loads(line)
        if run["whole"]:
            return frozenset(item for item, result in run["items"].items() if result == Result.PASS)
    return frozenset()


def past_runs(path: Path) -> tuple[PastRun, ...]:
    """Return the last runs, the newest first; a line that is not one of ours is left out. Raises ReadinessError."""
    return tuple(run for line in reversed(_lines(path)) for run in _past(line))[:SHOWN]


def remember(path: Path, report: GateReport, real: Mapping[str, Result], *, whole: bool) -> None:
    """Add a run. `real` is what each item would be without its waiver; `whole` that nothing was left out."""
    run = {
        "at": report.started_at,
        "decision": report.decision.words,
        "exit_code": report.decision.exit_code,
        "subset": report.subset,
        "whole": whole and not report.subset,
        "seconds": round(report.seconds, 3),
        "fingerprints": dict(report.provenance.fingerprints),
        "items": {item: str(result) for item, result in real.items()},
    }
    with FileLock(path.with_suffix(".lock")):
        lines = [*_lines(path), json.dumps(run, sort_keys=True)]
        replace(path, "".join(f"{line}\n" for line in lines[-KEPT:]).encode())


def _lines(path: Path) -> list[str]:
    """Return the lines that are whole: a run that was killed while writing must not silence the next."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    except OSError as refused:
        raise ReadinessError(
            f"{path} cannot be read ({refused.strerror})", way_out="make it readable, or move it away, and run again"
        ) from refused
    return [line for line in lines if _whole(line)]


def _past(line: str) -> tuple[PastRun, ...]:
    try:
        return (msgspec.json.decode(line, type=PastRun),)
    except msgspec.DecodeError:
        return ()


def _whole(line: str) -> bool:
    try:
        run = json.loads(line)
    except ValueError:
        return False
    return isinstance(run, dict) and isinstance(run.get("items"), dict) and isinstance(run.get("whole"), bool)
