"""How a team's tables and columns are called, and how a check meets them under our names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from clari_readiness.errors import WarehouseError
from clari_readiness.spelling import nearest
from clari_readiness.warehouse.columns import Described, Kind
from clari_readiness.warehouse.statements import quoted

AMOUNT_COLUMNS = ("forecast_amount", "quota_amount", "adjustment_amount", "crm_total", "crm_closed")

CANONICAL_COLUMNS = (
    "owner_name",
    "owner_email",
    *AMOUNT_COLUMNS,
    "time_period",
    "forecast_name",
    "exported_at",
    "user_id",
    "field_id",
    "time_frame_id",
    "currency",
    "job_id",
)
"""The columns of `clari_forecasts`: those of the reference architecture, and what its keys need besides."""

GRAIN = ("forecast_name", "time_period", "time_frame_id", "user_id", "field_id", "currency")

_READ_AS = "DECIMAL(28, 10)"
_SHOWN = 40
_NUMBERS = (Kind.EXACT, Kind.FLOAT)
_PART = re.compile(r'"((?:[^"]|"")+)"|([^."]+)')


@dataclass(frozen=True)
class Tables:
    """A team's table of forecasts: its name, our column names -> theirs, and what makes a row unique in a snapshot.

    `grain` is in our names, or in theirs for columns that we have no name for.
    """

    forecasts: str = "clari_forecasts"
    columns: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    grain: tuple[str, ...] = GRAIN

    def __post_init__(self) -> None:
        for ours in self.columns:
            if ours not in CANONICAL_COLUMNS:
                raise WarehouseError(
                    f"the warehouse's columns map {ours!r}, which no check knows",
                    way_out=suggestion(ours, CANONICAL_COLUMNS),
                )

    def column(self, ours: str) -> str:
        """Return the team's name of one of our columns: the mapped one, or the same."""
        return self.columns.get(ours, ours)

    @property
    def parts(self) -> tuple[str, ...]:
        """Return the table's name part by part, without quotes: a schema, perhaps, and the table."""
        found = _PART.finditer(self.forecasts)
        return tuple(match[1].replace('""', '"') if match[1] else match[2] for match in found)

    @property
    def relation(self) -> str:
        """Return the table's name quoted part by part: `"analytics"."clari_forecasts"`."""
        return ".".join(quoted(part) for part in self.parts)

    def selection(self, reads: Sequence[str], optional: Sequence[str], described: Described) -> Selection:
        """Return the query that shows the team's columns under our names.

        A column of `reads` that the table lacks is a WarehouseError, and so is one that the settings map; any other of
        `optional` becomes NULL. Texts that should be amounts or moments are read as such.
        """
        absent = tuple(ours for ours in optional if described.find(self.column(ours)) is None)
        wanted = dict.fromkeys((*reads, *optional))
        needed = (ours for ours in wanted if ours in reads or ours in self.columns)
        missing = [ours for ours in needed if described.find(self.column(ours)) is None]
        if missing:
            raise self._missing(missing, tuple(described.columns))
        shown = [f"{self._source(ours, described)} AS {quoted(ours)}" for ours in wanted]
        sql = f"SELECT {', '.join(shown)} FROM {described.relation}"  # noqa: S608 - every name is quoted
        return Selection(sql, absent)

    def inexact(self, described: Described) -> dict[str, Kind]:
        """Return the columns of amounts, by our names, that are kept as text or as binary floating point."""
        kinds = {ours: described.columns.get(described.find(self.column(ours)) or "") for ours in AMOUNT_COLUMNS}
        return {ours: kind for ours, kind in kinds.items() if kind in (Kind.TEXT, Kind.FLOAT)}

    def _source(self, ours: str, described: Described) -> str:
        """Return one of the team's columns as the statements expect it, or a NULL of that type where there is none."""
        theirs = described.find(self.column(ours))
        if theirs is None:
            return f"CAST(NULL AS {'DECIMAL(15, 2)' if ours in AMOUNT_COLUMNS else 'VARCHAR'})"
        column, kind = quoted(theirs), described.columns[theirs]
        if ours in AMOUNT_COLUMNS:
            return f"CAST(NULLIF(TRIM({column}), '') AS {_READ_AS})" if kind is Kind.TEXT else column
        if ours == "exported_at":
            return self._moment(theirs, kind)
        as_is = kind is Kind.TEXT or described.converts or ours not in CANONICAL_COLUMNS
        return column if as_is else f"CAST({column} AS VARCHAR)"

    def _moment(self, theirs: str, kind: Kind) -> str:
        if kind in _NUMBERS:
            raise WarehouseError(
                f"{self.forecasts} keeps {theirs} as a number, and nobody can tell of which unit",
                way_out="let a view make a moment of it, and map that",
            )
        # By way of a zone: an offset that is written into a text would be dropped otherwise.
        as_written = quoted(theirs)
        return as_written if kind is Kind.MOMENT else f"CAST(CAST({as_written} AS TIMESTAMPTZ) AS TIMESTAMP)"

    def _missing(self, missing: Sequence[str], there: Sequence[str]) -> WarehouseError:
        """Say of all that is missing what it is called here, and of each the nearest that is there."""
        said = " or ".join(self._called(ours) for ours in missing)
        return WarehouseError(
            f"{self.forecasts} has no column {said}; it has {some(there)}",
            way_out=self._way_out(missing, there),
        )

    def _called(self, ours: str) -> str:
        theirs = self.column(ours)
        return f"{theirs} (our {ours})" if theirs != ours else ours

    def _way_out(self, missing: Sequence[str], there: Sequence[str]) -> str:
        near = {ours: nearest(self.column(ours), there) for ours in missing}
        meant = [f"{theirs} for {ours}" if missing[1:] else theirs for ours, theirs in near.items() if theirs]
        unlike = [ours for ours, theirs in near.items() if not theirs]
        unmapped = ", ".join(f"{ours} = ..." for ours in unlike if ours in CANONICAL_COLUMNS)
        ways_out = (
            f"did you mean {', '.join(meant)}?" if meant else "",
            f"map it: warehouse.columns = {{ {unmapped} }}" if unmapped else "",
            "correct `warehouse.grain`" if set(unlike) - set(CANONICAL_COLUMNS) else "",
        )
        return "; ".join(filter(None, ways_out))


@dataclass(frozen=True)
class Selection:
    """A query over a team's table, and which optional columns the table lacks."""

    sql: str
    absent: tuple[str, ...]


def some(names: Sequence[str]) -> str:
    """Return names in a row; of a hundred columns the first will do."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def suggestion(name: str, known: Iterable[str], *, otherwise: str = "") -> str:
    """Return `did you mean ...?` for the nearest of the known names."""
    near = nearest(name, known)
    return f"did you mean {near}?" if near else otherwise
