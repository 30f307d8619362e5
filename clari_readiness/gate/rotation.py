"""The rotation of the key: whether the settings' dates keep a quarterly cycle, and how it is done is written down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from clari_readiness.environments import Environment, KeyRotation
from clari_readiness.gate.runbook import A_DAY, Runbook, problem_of
from clari_readiness.shipped import shipped

A_QUARTER = 92
"""The days of the longest quarter: a key that is older than this was not changed in each of them."""

NOTICE = timedelta(days=14)
"""How long before the key is due a passing check says so."""


def runbook_of(environment: Environment, rotation: KeyRotation) -> Path:
    """Return where the runbook is; that of a rehearsal travels with the package, as its recordings do."""
    return environment.file_of(rotation.runbook)


def wrong_with(runbook: Path, rotation: KeyRotation, today: date, *, own: bool) -> Iterator[str]:
    """Yield what is wrong with the procedure and its dates; `own` that a team must have written it for itself."""
    problem = problem_of(runbook)
    if problem:
        yield f"{rotation.runbook} {problem}"
    else:
        text = runbook.read_text(encoding="utf-8")
        yield from (f"{rotation.runbook} {lack}" for lack in Runbook.read(text).lacks(today))
        if own and text == (shipped("docs") / "runbooks" / "key-rotation.md").read_text(encoding="utf-8"):
            yield f"{rotation.runbook} is the shipped one, word for word: owner, date and paths are not yours"
    yield from _late(rotation, today)


def due_on(rotation: KeyRotation) -> date:
    """Return the last day on which the key is not too old."""
    return rotation.rotated_on + timedelta(days=rotation.every)


def warning(rotation: KeyRotation, today: date) -> str:
    """Return that the key is soon due, or an empty text."""
    left = due_on(rotation) - today
    days = "1 day" if left.days == 1 else f"{left.days} days"
    return f"the key is due in {days}, on {due_on(rotation)}" if left <= NOTICE else ""


def _late(rotation: KeyRotation, today: date) -> Iterator[str]:
    if rotation.every > A_QUARTER:
        yield f"the key is to be changed every {rotation.every} days only"
    if rotation.rotated_on > today + A_DAY:
        yield f"the key was changed on {rotation.rotated_on}, which is in the future"
    elif due_on(rotation) < today:
        yield f"the key was changed on {rotation.rotated_on}, {(today - rotation.rotated_on).days} days ago"
