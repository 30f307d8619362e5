"""A team's warehouse, read-only, and what Clari gave, staged beside it: one join tells them apart."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from clari_readiness.model.exports import LandedDocument
from clari_readiness.model.time import Clock
from clari_readiness.warehouse.engines import DuckDBEngine
from clari_readiness.warehouse.gathering import Side, gathered
from clari_readiness.warehouse.loading import in_utc
from clari_readiness.warehouse.opening import in_memory, open_to_read, patiently
from clari_readiness.warehouse.reading import STATEMENT_TIMEOUT, WarehouseReader
from clari_readiness.warehouse.second_look import Judge
from clari_readiness.warehouse.staging import StagedEntries, Staging
from clari_readiness.warehouse.statements import named_in, render, statement
from clari_readiness.warehouse.tables import AMOUNT_COLUMNS, Selection, Tables
from clari_readiness.warehouse.url import database_path, scheme_of

_LEDGER = ["forecast_id", "time_period_id", "state", "finished_at", "job_id"]


@dataclass(frozen=True)
class Export:
    """An export in the team's table: its moment (UTC), its job where a column names it, and how many rows it has."""

    forecast_id: str
    time_period: str
    exported_at: datetime
    job_id: str | None
    rows: int = 0

    @property
    def synchronous(self) -> bool:
        """Whether it came from the synchronous forecast (F21), which cannot be had again."""
        return self.job_id is not None and self.job_id.startswith("sync:")


@dataclass(frozen=True)
class Question:
    """Which rows of the team's are compared with what is staged.

    `weeks` limits them to some (None: all of the export's). `strict` says that every difference of an amount is an
    error, whenever it was changed.
    """

    forecast_id: str
    time_period: str
    exported_at: datetime | None
    job_id: str | None = None
    weeks: tuple[str, ...] | None = None
    strict: bool = True


class ComparedWarehouse:
    """A read-only session with a team's warehouse, and a scratch directory of ours.

    What Clari gave is staged in a DuckDB connection: that with the team's file, or, where the team's warehouse is
    another engine (`elsewhere`), one of our own, into which what differs is gathered.
    """

    def __init__(
        self, duck: DuckDBEngine, tables: Tables, scratch: Path, elsewhere: WarehouseReader | None = None
    ) -> None:
        self._connection = duck.connection
        self._here = WarehouseReader(duck, tables)
        self._elsewhere = elsewhere
        self._scratch = scratch
        self._selected: Selection | None = None
        self._gathered: tuple[Question, int] | None = None

    @classmethod
    def open(
        cls,
        url: str,
        tables: Tables,
        base: Path,
        *,
        scratch: Path,
        clock: Clock,
        patience: float = 0.0,
        timeout: float = STATEMENT_TIMEOUT,
    ) -> Self:
        """Open the warehouse at `url`, whose relative path starts at `base`. What stops it is a WarehouseError.

        Nothing is ever written into it: temporary tables live in memory, and spill into `scratch`, which is emptied. A
        writer that has a file delays us by at most `patience` seconds, and a statement takes at most `timeout` in an
        engine that is not DuckDB.
        """
        spill = scratch / "spill"
        if scheme_of(url) == "duckdb":
            path = database_path(url, base)
            elsewhere = None
            file = patiently(lambda: open_to_read(path, spill=spill), clock, patience)
            duck = DuckDBEngine(file.connection, str(path), let_go=file.close)
        else:
            elsewhere = WarehouseReader.open(url, tables, base, patience=patience, timeout=timeout)
            duck = DuckDBEngine(in_memory(), "what Clari gave")
            duck.connection.execute("SET temp_directory = $spill", {"spill": str(spill)})
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(mode=0o700, parents=True)
        duck.connection.execute("SET preserve_insertion_order = false")
        return cls(duck, tables, scratch, elsewhere)

    @property
    def scratch(self) -> Path:
        """Where documents may be landed; it is removed at the end."""
        return self._scratch

    @property
    def reader(self) -> WarehouseReader:
        """What asks the team's tables."""
        return self._elsewhere or self._here

    @property
    def here(self) -> WarehouseReader:
        """The DuckDB connection in which temporary tables may be made: theirs, or ours."""
        return self._here

    @property
    def left_out(self) -> int:
        """How many rows differ and were not looked at in the last answer, since too many would leave the engine."""
        return self._gathered[1] if self._gathered else 0

    @property
    def compared_columns(self) -> tuple[str, ...]:
        """The columns of amounts that the team's table has."""
        return tuple(column for column in AMOUNT_COLUMNS if column not in self._selection.absent)

    def newest_exports(
        self, forecasts: Sequence[str], periods: Sequence[str], before: datetime | None
    ) -> tuple[Export, ...]:
        """Return each period's newest export, and its newest from the synchronous forecast, from before a moment."""
        selection = self.reader.selection("reconcile/newest_exports")
        sql = render("reconcile/newest_exports", {"forecasts": f"forecasts AS ({selection.sql})"})
        return self._exports("newest exports", sql, forecasts, periods, before)

    def newest_jobs(
        self, forecasts: Sequence[str], periods: Sequence[str], before: datetime | None
    ) -> tuple[Export, ...]:
        """Return each period's newest job by the reference exporter's ledger; nothing where there is no ledger."""
        if not self.reader.may_hold_ledger:
            return ()
        there = self.reader.run(
            "has table", statement("checks/has_table"), {"table_name": "export_jobs", "columns": _LEDGER}
        )
        if not there.rows[0][0]:
            return ()
        return self._exports("newest jobs", statement("reconcile/newest_jobs"), forecasts, periods, before)

    def stage(self, landed: LandedDocument, judge: Judge, value_names: Mapping[str, str]) -> StagedEntries:
        """Take a landed document apart and judge all of it; a broken one is a DocumentRefused."""
        self._gathered = None
        directory = self._scratch / "staging"
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(mode=0o700)
        return Staging(self._connection, directory, judge, value_names).stage(landed)

    def staged_weeks(self) -> tuple[str, ...]:
        """Return the weeks that the staged entries belong to."""
        return tuple(str(row[0]) for row in self._here.run("weeks", statement("reconcile/staged_weeks"), {}).rows)

    def ask(self, name: str, question: Question, **params: Any) -> list[dict[str, Any]]:
        """Run `sql/reconcile/<name>.sql` over the team's rows and the staged ones. Raises WarehouseError."""
        self._gather(question)
        sql = self.sql(name)
        return self._here.run(name, sql, named_in(sql, {**self._params(question), **params})).dicts()

    def sql(self, name: str) -> str:
        """Return the statement as `ask` runs it."""
        found = self._found() if self._elsewhere is None else "SELECT * FROM found_rows"
        return render(f"reconcile/{name}", {"found": found, "expected": statement("reconcile/expected")})

    def close(self) -> None:
        """Let go of the warehouse, and remove the scratch directory."""
        self._here.close()
        if self._elsewhere is not None:
            self._elsewhere.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _selection(self) -> Selection:
        if self._selected is None:
            self._selected = self.reader.selection("reconcile/found")
        return self._selected

    def _found(self) -> str:
        return render("reconcile/found", {"forecasts": self._selection.sql})

    def _gather(self, question: Question) -> None:
        """Have the team's rows that a question is about here, unless they lie here or the last one was the same."""
        if self._elsewhere is None or (self._gathered and self._gathered[0] == question):
            return
        params = self._params(question)
        found = Side(self._elsewhere, self._found(), params)
        expected = Side(self._here, statement("reconcile/expected"), params)
        self._gathered = question, gathered(found, expected, self.compared_columns, self._scratch)

    def _params(self, question: Question) -> dict[str, Any]:
        absent = self._selection.absent
        return {
            "forecast": question.forecast_id,
            "period": question.time_period,
            "exported_at": None if question.exported_at is None else in_utc(question.exported_at),
            "job_id": None if "job_id" in absent else question.job_id,
            "weeks": None if question.weeks is None else list(question.weeks),
            "strict": question.strict,
            "with_currency": "currency" not in absent,
        }

    def _exports(
        self, name: str, sql: str, forecasts: Sequence[str], periods: Sequence[str], before: datetime | None
    ) -> tuple[Export, ...]:
        asked = {"forecasts": list(forecasts), "periods": list(periods)}
        rows = self.reader.run(name, sql, {**asked, "before": None if before is None else in_utc(before)}).dicts()
        return tuple(
            Export(row["forecast_name"], row["time_period"], row["exported_at"], row["job_id"], row.get("rows", 0))
            for row in rows
        )
