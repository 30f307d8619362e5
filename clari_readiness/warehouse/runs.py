"""The runs of nightly commands and what they found, in the suite's own records, as monitoring reads them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from clari_readiness.model.runs import CommandRuns, Differences, Run, Swings, Totals
from clari_readiness.model.time import Clock
from clari_readiness.warehouse.loading import in_utc
from clari_readiness.warehouse.records import Records, aware
from clari_readiness.warehouse.statements import statement


class RunStore:
    """The runs of `state.duckdb`. Patience is in seconds; errors are those of `Records`."""

    def __init__(self, path: Path, clock: Clock, *, patience: float = 10.0) -> None:
        self._records = Records(path, clock, patience)

    def record(self, run: Run) -> None:
        """Add a run."""
        values = {name: in_utc(value) if isinstance(value, datetime) else value for name, value in asdict(run).items()}
        with self._records.writing() as connection:
            connection.execute(statement("state/record_run"), values)

    def commands(self) -> tuple[CommandRuns, ...]:
        """Return each command that ever ran, with its last run and totals."""
        return tuple(_command(row) for row in self._records.rows("runs_by_command"))

    def differences(self) -> tuple[Differences, ...]:
        """Return what the newest reconciliation of each forecast and period found, of those that looked."""
        return tuple(Differences(aware(at), *rest) for at, *rest in self._records.rows("newest_differences"))

    def swings(self, until: datetime) -> tuple[Swings, ...]:
        """Return how much moved in each forecast and period, by the newest detection of it until a moment."""
        return tuple(Swings(*row) for row in self._records.rows("newest_swings", {"until": in_utc(until)}))


def _command(row: tuple[Any, ...]) -> CommandRuns:
    command, began_at, ended_at, *seen, succeeded, failed, retried = row
    last = Run(command, aware(began_at), aware(ended_at), *seen)
    return CommandRuns(last, Totals(succeeded, failed, int(retried)))
