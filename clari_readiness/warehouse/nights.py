"""What the nightly commands leave behind in the suite's own records (`state.duckdb`), as monitoring reads it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from clari_readiness.errors import WarehouseError
from clari_readiness.model.runs import CommandRuns, Differences, Run, Swings, Totals
from clari_readiness.model.time import Clock
from clari_readiness.warehouse.loading import in_utc, transaction
from clari_readiness.warehouse.opening import first_line, open_to_write, patiently
from clari_readiness.warehouse.statements import statement


class NightLog:
    """The runs of nightly commands and what they found, opened for each question.

    Whoever has the file open delays us by at most `patience` seconds of `clock`; what stops us is a WarehouseError.
    """

    def __init__(self, path: Path, clock: Clock, *, patience: float = 10.0) -> None:
        self._path = path
        self._clock = clock
        self._patience = patience

    def record(self, run: Run) -> None:
        """Add a run."""
        values = {name: in_utc(value) if isinstance(value, datetime) else value for name, value in asdict(run).items()}
        with self._opened() as connection, transaction(connection):
            connection.execute(statement("state/record_run"), values)

    def commands(self) -> tuple[CommandRuns, ...]:
        """Return each command that ever ran, with its last run and totals."""
        return tuple(_command(row) for row in self._rows("state/runs_by_command"))

    def differences(self) -> tuple[Differences, ...]:
        """Return what the newest reconciliation of each forecast and period found, of those that looked."""
        return tuple(Differences(at.replace(tzinfo=UTC), *rest) for at, *rest in self._rows("state/newest_differences"))

    def swings(self, until: datetime) -> tuple[Swings, ...]:
        """Return how much moved in each forecast and period, by the newest detection of it until a moment."""
        return tuple(Swings(*row) for row in self._rows("state/newest_swings", {"until": in_utc(until)}))

    def _rows(self, name: str, params: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        with self._opened() as connection:
            return connection.execute(statement(name), params or {}).fetchall()

    @contextmanager
    def _opened(self) -> Iterator[duckdb.DuckDBPyConnection]:
        spill = self._path.with_name(f"{self._path.name}.spill")
        connection = patiently(
            lambda: open_to_write(self._path, memory_limit="128MB", spill=spill), self._clock, self._patience
        )
        try:
            connection.execute(statement("state/schema"))
            connection.execute(statement("state/runs_schema"))
            yield connection
        except duckdb.Error as error:
            raise WarehouseError(
                f"{self._path}: the suite's records cannot be used: {first_line(error)}",
                way_out="name another file with `state = ...`, or move this one away",
            ) from error
        finally:
            connection.close()


def _command(row: tuple[Any, ...]) -> CommandRuns:
    command, began_at, ended_at, *seen, succeeded, failed, retried = row
    last = Run(command, began_at.replace(tzinfo=UTC), ended_at.replace(tzinfo=UTC), *seen)
    return CommandRuns(last, Totals(succeeded, failed, int(retried)))
