"""The end of a run that records: whole, or the recordings are as they were."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from clari_readiness.errors import ReadinessError
from clari_readiness.gate.answers import Clari
from clari_readiness.gate.evidence import EvidenceLog
from clari_readiness.gate.readiness import Readiness
from clari_readiness.gate.rehearsal import warehouse_url
from clari_readiness.gate.replacing import put_in_place
from clari_readiness.gate.tenant import LEFT_OUT, SETTINGS

SHOWN = 20


def publish(readiness: Readiness) -> tuple[str, ...]:
    """Put what this run recorded in the place of what was recorded before; return what to tell.

    What no check has asked for is asked for now, so that a recording is whole whatever was selected. Raises the
    ReadinessError that came instead of an answer: then the old recordings are as they were.
    """
    _complete(readiness)
    staged, target = readiness.staged, readiness.cassettes
    if readiness.tenant is not None:
        (staged / SETTINGS).write_text(readiness.tenant.settings.written(), encoding="utf-8")
    try:
        put_in_place(staged, target, readiness.recordings_lock)
    except OSError as error:
        raise ReadinessError(f"{target} cannot be written: {error}", way_out="let this user write there") from error
    count = len(list(target.glob("*.json")))
    told = f"{count} files in {target} are recorded from a {readiness.origin}: look at the difference, then commit it"
    return (told, *_told(staged))


def _complete(readiness: Readiness) -> None:
    """Ask for every piece of evidence that nobody has asked for. Raises the error that came instead of one."""
    environment = readiness.environment
    if readiness.uses_recordings:
        warehouse_url(readiness)
    today = readiness.clock_at().now().date()
    quarters = environment.fiscal_year.history(today, environment.history_quarters)
    for _ in Clari(readiness.answers, EvidenceLog()).documents(environment.forecasts, quarters):
        pass


def _told(staged: Path) -> Iterator[str]:
    """Yield one line that says what was left out, if anything was."""
    counts: Counter[str] = Counter()
    for path in staged.glob(f"*{LEFT_OUT}"):
        counts.update(json.loads(path.read_text(encoding="utf-8")))
    if counts:
        shown = ", ".join(f"{path} ({times})" for path, times in sorted(counts.items())[:SHOWN])
        more = f" and {len(counts) - SHOWN} more" if len(counts) > SHOWN else ""
        yield f"left out, since no contract knows it: {shown}{more}"
