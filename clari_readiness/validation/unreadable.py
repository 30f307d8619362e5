"""What decoders of JSON let through and nobody else takes: lone surrogates, endless nesting, keys that are no text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from clari_readiness.model.exports import Violation
from clari_readiness.validation.where import path_to
from clari_readiness.validation.wording import shown

_DEEPEST = 250


def unreadable(document: Any, *, at: str, reason: str) -> tuple[Violation, ...]:
    """Return where the document is no JSON; where nothing is found, `at` and the reason that the engine gave."""
    found = tuple(Violation(path_to(steps, at=at), problem) for steps, problem in _walk(document))
    return found or (Violation(at, f"cannot be read as JSON: {reason}"),)


def _walk(document: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield path and problem. Not recursive, since the nesting may be what is wrong."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), document)]
    while waiting:
        steps, value = waiting.pop()
        if len(steps) > _DEEPEST:
            yield steps[:1], f"nested more than {_DEEPEST} levels deep"
            return
        if problem := _problem(value):
            yield steps, problem
        waiting.extend(reversed(_inside(steps, value)))


def _inside(steps: tuple[str | int, ...], value: Any) -> list[tuple[tuple[str | int, ...], Any]]:
    if isinstance(value, dict):
        return [((*steps, str(key)), inner) for key, inner in value.items()]
    if isinstance(value, list | tuple):
        return [((*steps, position), inner) for position, inner in enumerate(value)]
    return []


def _problem(value: Any) -> str:
    if isinstance(value, dict):
        odd = next((key for key in value if not isinstance(key, str) or _lone_surrogate(key)), None)
        return "" if odd is None else f"expected keys that are text, got {shown(odd)}"
    if isinstance(value, str):
        return f"expected text, got a lone surrogate in {shown(value)}" if _lone_surrogate(value) else ""
    if value is None or isinstance(value, bool | int | float | list | tuple):
        return ""
    return f"expected JSON, got {shown(value)}"


def _lone_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)
