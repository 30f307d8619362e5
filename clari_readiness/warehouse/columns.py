"""What an engine says of a team's table: how it is to be called in a statement, and how each column is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """How a column keeps its values, as far as a statement must know."""

    TEXT = "text"
    EXACT = "whole numbers or decimals"
    FLOAT = "binary floating point"
    MOMENT = "a moment, with a time zone or in UTC"
    OTHER = "something else"


@dataclass(frozen=True)
class Described:
    """A table that is there: its name as SQL, and its columns, spelled as the engine spells them.

    `converts` is true of an engine that compares a number with a text by itself.
    """

    relation: str
    columns: Mapping[str, Kind]
    converts: bool = False

    def find(self, name: str) -> str | None:
        """Return a column's own spelling: the same, or else the one that differs in upper and lower case alone."""
        if name in self.columns:
            return name
        return next((each for each in self.columns if each.lower() == name.lower()), None)
