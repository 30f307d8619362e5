"""The tables of a server's database, as the rows of a trial are gathered from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from clari_readiness.warehouse.engines.engine import Engine
from clari_readiness.warehouse.tables import Tables


class DescribedTables:
    """What `engine` finds, and `read` reads: it is given a relation and its columns, and returns all rows."""

    def __init__(self, engine: Engine, read: Callable[[str, Sequence[str]], Sequence[Sequence[Any]]]) -> None:
        self._engine = engine
        self._read = read
        self._relations: dict[str, str] = {}

    def relations(self) -> Sequence[str]:
        """Return the names of all tables and views. Raises WarehouseError."""
        return self._engine.relations()

    def columns(self, table: str) -> Sequence[str]:
        """Return the columns of a table; none where it is not there. Raises WarehouseError."""
        described = self._engine.describe(Tables(table))
        if described is None:
            return ()
        self._relations[table] = described.relation
        return tuple(described.columns)

    def select(self, table: str, columns: Sequence[str]) -> Sequence[Sequence[Any]]:
        """Return the columns of all rows of a table whose columns were asked for. Raises WarehouseError."""
        return self._read(self._relations[table], columns)
