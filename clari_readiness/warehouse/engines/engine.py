"""The seam: what a warehouse's engine must do to be read, whichever it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from clari_readiness.errors import WarehouseError
from clari_readiness.warehouse.columns import Described
from clari_readiness.warehouse.tables import Tables

LARGEST_ANSWER = 1_000_000
"""How many bytes an answer may have, as text: aggregates and offending keys are never more."""

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Ran:
    """A statement as the engine was given it, and what came back: moments in UTC, amounts as decimals."""

    sql: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


class Engine(Protocol):
    """A read-only session with a warehouse. `name` is what errors call it, and never holds a password."""

    @property
    def may_hold_ledger(self) -> bool:
        """Whether the reference exporter loads into such an engine, so that its ledger could be beside the table."""

    @property
    def name(self) -> str:
        """Where the warehouse is, as it may be shown."""

    def run(self, check: str, sql: str, params: Mapping[str, Any]) -> Ran:
        """Run a statement in DuckDB's dialect, rendered for this engine, with `params` bound to its `$names`.

        `check` is what asks, for the engine's own log and for errors. Raises WarehouseError.
        """

    def describe(self, tables: Tables) -> Described | None:
        """Return the team's table as the engine has it; None where there is none. Raises WarehouseError."""

    def relations(self) -> tuple[str, ...]:
        """Return the name of each table and view that can be read."""

    def may_write(self, tables: Tables) -> str:
        """Return who this session is, when it could write into the table if it were not read-only; empty otherwise."""

    def close(self) -> None:
        """Let go of the warehouse."""


def limited(rows: Iterable[Row], name: str, check: str) -> Iterator[Row]:
    """Yield rows; a WarehouseError as soon as they are more than any check may bring back."""
    size = 0
    for row in rows:
        size += sum(len(str(value).encode()) for value in row)
        if size > LARGEST_ANSWER:
            raise WarehouseError(
                f"{name}: the check {check} brings back more than {LARGEST_ANSWER / 1e6:.0f} MB, and was stopped",
                way_out="look at `warehouse.columns`: a column that differs in each row stands for a period or a key",
            )
        yield row
