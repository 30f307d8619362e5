"""Which name somebody meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """Return which of the known names is most like the given one, whatever its upper case; empty when none is."""
    return next(iter(nearest_ones(name, known, at_most=1)), "")


def nearest_ones(name: str, known: Iterable[str], *, at_most: int) -> list[str]:
    """Return the known names that are like the given one, the nearest first."""
    spelled = {each.lower(): each for each in known}
    return [spelled[near] for near in difflib.get_close_matches(name.lower(), spelled, n=at_most)]


def meant(name: str, known: Iterable[str]) -> str:
    """Say which known name was meant, or which there are, as a way out."""
    known = tuple(known)
    near = nearest(name, known)
    return f"did you mean {near}?" if near else f"there are {', '.join(known)}"
