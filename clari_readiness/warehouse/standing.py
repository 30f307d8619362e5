"""A team's amounts as they stand in each export: who moved between two of them, and what each was before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from clari_readiness.warehouse.comparing import Export
from clari_readiness.warehouse.loading import in_utc
from clari_readiness.warehouse.reading import WarehouseReader
from clari_readiness.warehouse.statements import named_in, render, statement
from clari_readiness.warehouse.tables import AMOUNT_COLUMNS, Tables

_COPIED = ("time_frame_id", "user_id", "field_id", "currency", *AMOUNT_COLUMNS)
_OF_PEOPLE = ("user_id", "hierarchy_id", "parent_hierarchy_id")


@dataclass(frozen=True)
class Standing:
    """What stands in an export: its latest week, or the one that is named."""

    export: Export
    week: str | None = None


class StandingAmounts:
    """The questions of `sql/anomalies/`, over the team's table. Each raises WarehouseError."""

    def __init__(self, reader: WarehouseReader) -> None:
        self._reader = reader

    def exports(self, forecasts: Sequence[str], periods: Sequence[str]) -> tuple[Export, ...]:
        """Return all exports of some forecasts and periods that the table holds, the newest first."""
        selection = self._reader.selection("anomalies/exports")
        sql = render("anomalies/exports", {"forecasts": f"forecasts AS ({selection.sql})"})
        asked = {"forecasts": list(forecasts), "periods": list(periods)}
        return tuple(Export(*row) for row in self._reader.run("exports", sql, asked).rows)

    def swings(
        self, current: Standing, baseline: Standing, threshold: Decimal, types: Sequence[str]
    ) -> list[dict[str, Any]]:
        """Return what moved by more than a part of what it was, of these types, as swings.sql tells it."""
        return self._ask("swings", (current, baseline), threshold=threshold, swinging=list(types))

    def history(self, past: Sequence[Standing], named: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Return what each of the named amounts was; `side` is the place of the export in `past`."""
        keys = {"levels": "level", "whose": "who", "fields": "field_id", "currencies": "currency", "types": "type"}
        return self._ask("history", past, **{key: [row[column] for row in named] for key, column in keys.items()})

    def contents(self, exports: Sequence[Export]) -> tuple[str, ...]:
        """Return for each export a text that is the same when all of its amounts are, and empty when it has none."""
        found = {row["side"]: row["content"] for row in self._ask("contents", [Standing(each) for each in exports])}
        return tuple(found.get(side, "") for side in range(len(exports)))

    def totals(self, exports: Sequence[Export]) -> list[dict[str, Any]]:
        """Return what exports of one forecast add up to, as totals.sql tells it; `side` is the place in `exports`."""
        return self._ask("totals", [Standing(each) for each in exports])

    def weeks(self, export: Export) -> tuple[str, ...]:
        """Return the weeks in which an export has any amount, sorted."""
        return tuple(row["time_frame_id"] for row in self._ask("weeks", (Standing(export),)))

    def copy(self, export: Export, into: WarehouseReader) -> PlantedExports:
        """Copy what stands in an export to temporary tables of a DuckDB connection, to plant others like it there."""
        rows = self._ask("latest", (Standing(export),))
        columns = {name: [_exact(row[name]) for row in rows] for name in _COPIED}
        into.run("copied", statement("anomalies/copied"), columns)
        return PlantedExports(into)

    def _ask(self, name: str, sides: Sequence[Standing], **params: Any) -> list[dict[str, Any]]:
        selection = self._reader.selection("anomalies/rows")
        sql = self._sql(name, selection.sql)
        has_jobs = "job_id" not in selection.absent
        given = {**_listed(sides, has_jobs=has_jobs), **params}
        return self._reader.run(name, sql, named_in(sql, given)).dicts()

    def _sql(self, name: str, forecasts: str) -> str:
        rows = render("anomalies/rows", {"forecasts": forecasts})
        standing = render("anomalies/standing", {"rows": rows})
        members = render("anomalies/members", {"people": self._people()})
        return render(f"anomalies/{name}", {"rows": rows, "standing": standing, "members": members})

    def _people(self) -> str:
        """Return who is below whom, where there is a table that says so; without one there are no teams."""
        known = self._reader.named("users", _OF_PEOPLE)
        return render("anomalies/people", known) if known else statement("anomalies/nobody")


class PlantedExports:
    """Exports that were made up from the keys of a real one, in a temporary table of a DuckDB connection."""

    def __init__(self, reader: WarehouseReader) -> None:
        self._reader = reader
        self.clear()

    @property
    def amounts(self) -> StandingAmounts:
        """The questions, over what is planted; who is below whom is as it is."""
        return StandingAmounts(self._reader.over(Tables("temp.planted")))

    def plant(self, export: Export, week: str, amount: Decimal) -> None:
        """Add an export of one week in which whoever had any amount has this one."""
        planted = {
            "forecast": export.forecast_id,
            "period": export.time_period,
            "exported_at": in_utc(export.exported_at),
            "job_id": export.job_id,
            "week": week,
            "amount": amount,
        }
        self._reader.run("plant", statement("anomalies/plant"), planted)

    def clear(self) -> None:
        """Take away what was planted."""
        self._reader.run("planted", statement("anomalies/planted_schema"), {})


def _exact(value: Any) -> Any:
    """Return an amount as text: some engines have it in binary, and a list is of one type."""
    return value if value is None or isinstance(value, str) else str(value)


def _listed(sides: Sequence[Standing], *, has_jobs: bool) -> dict[str, Any]:
    exports = [side.export for side in sides]
    return {
        "forecast": exports[0].forecast_id,
        "moments": [in_utc(export.exported_at) for export in exports],
        "periods": [export.time_period for export in exports],
        "jobs": [export.job_id if has_jobs else None for export in exports],
        "weeks": [side.week for side in sides],
    }
