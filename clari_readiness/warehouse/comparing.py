"""A team's warehouse, read-only, and what Clari gave, staged beside it: one join tells them apart."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import duckdb

from clari_readiness.model.exports import LandedDocument
from clari_readiness.model.time import Clock
from clari_readiness.warehouse.engines import DuckDBEngine
from clari_readiness.warehouse.loading import in_utc
from clari_readiness.warehouse.opening import open_to_read, patiently
from clari_readiness.warehouse.reading import WarehouseReader
from clari_readiness.warehouse.second_look import Judge
from clari_readiness.warehouse.staging import StagedEntries, Staging
from clari_readiness.warehouse.statements import render, statement
from clari_readiness.warehouse.tables import AMOUNT_COLUMNS, Selection, Tables
from clari_readiness.warehouse.url import database_path

_COMMENT = re.compile(r"--.*$", re.MULTILINE)
_PARAMETER = re.compile(r"\$(\w+)")
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
    """A read-only connection to a team's warehouse, and a scratch directory of ours."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, tables: Tables, name: str, scratch: Path) -> None:
        self._connection = connection
        self._reader = WarehouseReader(DuckDBEngine(connection, name), tables)
        self._scratch = scratch
        self._selected: Selection | None = None

    @classmethod
    def open(cls, url: str, tables: Tables, base: Path, *, scratch: Path, clock: Clock, patience: float = 0.0) -> Self:
        """Open the warehouse at `url`, whose relative path starts at `base`. What stops it is a WarehouseError.

        Nothing is ever written into it: temporary tables live in memory, and spill into `scratch`, which is emptied. A
        writer that has the file delays us by at most `patience` seconds.
        """
        path = database_path(url, base)
        connection = patiently(lambda: open_to_read(path), clock, patience)
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(mode=0o700, parents=True)
        connection.execute("SET temp_directory = $spill", {"spill": str(scratch / "spill")})
        connection.execute("SET preserve_insertion_order = false")
        return cls(connection, tables, str(path), scratch)

    @property
    def scratch(self) -> Path:
        """Where documents may be landed; it is removed at the end."""
        return self._scratch

    @property
    def reader(self) -> WarehouseReader:
        """What asks the team's tables."""
        return self._reader

    @property
    def compared_columns(self) -> tuple[str, ...]:
        """The columns of amounts that the team's table has."""
        return tuple(column for column in AMOUNT_COLUMNS if column not in self._selection.absent)

    def newest_exports(
        self, forecasts: Sequence[str], periods: Sequence[str], before: datetime | None
    ) -> tuple[Export, ...]:
        """Return each period's newest export, and its newest from the synchronous forecast, from before a moment."""
        selection = self._reader.selection("reconcile/newest_exports")
        sql = render("reconcile/newest_exports", {"forecasts": f"forecasts AS ({selection.sql})"})
        return self._exports("newest exports", sql, forecasts, periods, before)

    def newest_jobs(
        self, forecasts: Sequence[str], periods: Sequence[str], before: datetime | None
    ) -> tuple[Export, ...]:
        """Return each period's newest job by the reference exporter's ledger; nothing where there is no ledger."""
        there = self._reader.run(
            "has table", statement("checks/has_table"), {"table_name": "export_jobs", "columns": _LEDGER}
        )
        if not there.rows[0][0]:
            return ()
        return self._exports("newest jobs", statement("reconcile/newest_jobs"), forecasts, periods, before)

    def stage(self, landed: LandedDocument, judge: Judge, value_names: Mapping[str, str]) -> StagedEntries:
        """Take a landed document apart and judge all of it; a broken one is a DocumentRefused."""
        directory = self._scratch / "staging"
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(mode=0o700)
        return Staging(self._connection, directory, judge, value_names).stage(landed)

    def staged_weeks(self) -> tuple[str, ...]:
        """Return the weeks that the staged entries belong to."""
        return tuple(str(row[0]) for row in self._reader.run("weeks", statement("reconcile/staged_weeks"), {}).rows)

    def ask(self, name: str, question: Question, **params: Any) -> list[dict[str, Any]]:
        """Run `sql/reconcile/<name>.sql` over the team's rows and the staged ones. Raises WarehouseError."""
        sql = self.sql(name)
        given = {**self._params(question), **params}
        wanted = set(_PARAMETER.findall(_COMMENT.sub("", sql)))
        return self._reader.run(name, sql, {key: given[key] for key in wanted}).dicts()

    def sql(self, name: str) -> str:
        """Return the statement as `ask` runs it."""
        found = render("reconcile/found", {"forecasts": self._selection.sql})
        return render(f"reconcile/{name}", {"found": found, "expected": statement("reconcile/expected")})

    def close(self) -> None:
        """Let go of the file, and remove the scratch directory."""
        self._connection.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _selection(self) -> Selection:
        if self._selected is None:
            self._selected = self._reader.selection("reconcile/found")
        return self._selected

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
        rows = self._reader.run(name, sql, {**asked, "before": None if before is None else in_utc(before)}).dicts()
        return tuple(
            Export(row["forecast_name"], row["time_period"], row["exported_at"], row["job_id"], row.get("rows", 0))
            for row in rows
        )
