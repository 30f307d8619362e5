"""The suite's own records, a DuckDB file of ours (`state.duckdb`): never in the team's warehouse."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from clari_readiness.errors import WarehouseError
from clari_readiness.model.time import Clock
from clari_readiness.warehouse.attaching import AttachedFile
from clari_readiness.warehouse.loading import all_or_nothing
from clari_readiness.warehouse.opening import WarehouseLocked, first_line, open_to_read, open_to_write, patiently
from clari_readiness.warehouse.statements import statement

_WAY_OUT = "name another file with `state = ...`, or move this one away"


class Records:
    """The file, opened for each question: a run of the gate and nightly commands may meet at it.

    Whoever has it open delays us by at most `patience` seconds of `clock`; what stops us is a WarehouseError.
    """

    def __init__(self, path: Path, clock: Clock, patience: float) -> None:
        self._path = path
        self._spill = path.with_name(f"{path.name}.spill")
        self._clock = clock
        self._patience = patience

    def rows(self, name: str, params: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Return the rows of `sql/state/<name>.sql`; none where there is no file, or ours is older than the table."""
        if not self._path.is_file():
            return []
        with self._opened(lambda: open_to_read(self._path, spill=self._spill)) as connection:
            try:
                return connection.execute(statement(f"state/{name}"), params or {}).fetchall()
            except duckdb.CatalogException:
                if not _ours(connection):
                    raise
                return []

    @contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the file for a change, all of it or nothing, with every table there; nobody else can write meanwhile."""
        with self._opened(lambda: open_to_write(self._path, memory_limit="128MB", spill=self._spill)) as connection:
            connection.execute(statement("state/schema"))
            with all_or_nothing(connection):
                yield connection

    @contextmanager
    def _opened(self, opened: Callable[[], AttachedFile]) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._connect(opened) as file:
            try:
                yield file.connection
            except duckdb.Error as error:
                raise WarehouseError(
                    f"{self._path}: the suite's records cannot be used: {first_line(error)}", way_out=_WAY_OUT
                ) from error

    def _connect(self, opened: Callable[[], AttachedFile]) -> AttachedFile:
        try:
            return patiently(opened, self._clock, self._patience)
        except WarehouseLocked:
            raise
        except WarehouseError as error:
            raise WarehouseError(error.message, way_out=_WAY_OUT) from error


def aware(at: datetime) -> datetime:
    """Return a time with its zone: the records keep times in UTC, without one."""
    return at.replace(tzinfo=UTC)


def _ours(connection: duckdb.DuckDBPyConnection) -> bool:
    return bool(connection.execute(statement("state/has_records")).fetchall()[0][0])
