"""The seam: what runs the statements that load, whichever engine the tables lie in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class Answer(Protocol):
    """What came back of a statement. One that changed rows has one row: how many they were."""

    @property
    def description(self) -> Any:
        """Each column, its name first."""

    def fetchall(self) -> list[Any]:
        """Return all rows."""


@dataclass(frozen=True)
class Fetched:
    """An answer whose rows are all here."""

    description: Sequence[tuple[str]]
    rows: list[tuple[Any, ...]]

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return all rows."""
        return self.rows


class Connection(Protocol):
    """DuckDB's own connection, or a session that takes the same statements and says them in another engine's words."""

    def execute(self, sql: str, params: Any = None, /) -> Answer:
        """Run a statement of DuckDB's dialect, with `params` bound to its `$names`.

        What goes wrong is a `duckdb.Error` in DuckDB, and a WarehouseError elsewhere.
        """
