"""Where in a document an error lies, and which errors of a choice are worth telling."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import jsonschema_rs

from clari_readiness.validation.quoting import quoted

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def leaves(error: jsonschema_rs.ValidationError) -> Iterator[jsonschema_rs.ValidationError]:
    """Yield the error itself, or for a choice (`anyOf`, `oneOf`) the errors of the branch that was most likely meant.

    That is the branch with the fewest objections to the value as such (its type, its missing keys) and, among those,
    the one that got deepest: `{"job": {"status": "X"}}` was meant to be a wrapped job.
    """
    branches: list[list[jsonschema_rs.ValidationError]] = getattr(error.kind, "context", [])
    refused = [branch for branch in branches if branch]
    if not refused or len(refused) < len(branches):
        yield error
        return
    here = len(error.instance_path)
    meant = min(refused, key=lambda branch: _distance(branch, here))
    for inner in meant:
        yield from leaves(inner)


def _distance(branch: list[jsonschema_rs.ValidationError], here: int) -> tuple[int, int]:
    objections = sum(len(error.instance_path) == here for error in branch)
    return objections, -max(len(error.instance_path) for error in branch)


def path_of(error: jsonschema_rs.ValidationError, *, at: str) -> str:
    """Return where the error lies; a missing key lies where it should be."""
    return path_to(_steps(error), at=at)


def sort_key(error: jsonschema_rs.ValidationError) -> list[tuple[bool, int, str]]:
    """Return what brings errors into the document's order: the tenth item after the ninth."""
    return [(True, step, "") if isinstance(step, int) else (False, 0, step) for step in _steps(error)]


def _steps(error: jsonschema_rs.ValidationError) -> list[str | int]:
    missing = [error.kind.value] if error.kind.name == "required" else []
    return [*error.instance_path, *missing]


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if _PLAIN_KEY.fullmatch(step) else f"[{quoted(step)}]"


def path_to(steps: Iterable[str | int], *, at: str = "$") -> str:
    """Return the path of the steps, keys and positions: `$.entries[17].userId`."""
    return at + "".join(_step(step) for step in steps)
