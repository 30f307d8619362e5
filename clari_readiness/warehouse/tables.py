"""How a team's tables and columns are called, and how a check meets them under our names."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from clari_readiness.errors import WarehouseError
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
    def relation(self) -> str:
        """Return the table's name quoted part by part: `"analytics"."clari_forecasts"`."""
        parts = [match[1].replace('""', '"') if match[1] else match[2] for match in _PART.finditer(self.forecasts)]
        return ".".join(quoted(part) for part in parts)

    @property
    def description(self) -> str:
        """Return the query that tells the table's columns."""
        return f"DESCRIBE SELECT * FROM {self.relation}"  # noqa: S608 - the name is quoted

    def selection(self, reads: Sequence[str], optional: Sequence[str], there: Sequence[str]) -> Selection:
        """Return the query that shows the team's columns under our names.

        A column of `reads` that is not among those `there` is a WarehouseError, and so is one that the settings map;
        any other of `optional` becomes NULL.
        """
        known = {name.lower() for name in there}
        absent = tuple(ours for ours in optional if self.column(ours).lower() not in known)
        for ours in (*reads, *(each for each in optional if each in self.columns)):
            if self.column(ours).lower() not in known:
                raise self._missing(ours, there)
        wanted = dict.fromkeys((*reads, *optional))
        shown = [f"{self._source(ours, ours in absent)} AS {quoted(ours)}" for ours in wanted]
        sql = f"SELECT {', '.join(shown)} FROM {self.relation}"  # noqa: S608 - every name is quoted
        return Selection(sql, absent)

    def _source(self, ours: str, absent: bool) -> str:  # noqa: FBT001 - private, and the name is at the call
        return "NULL" if absent else quoted(self.column(ours))

    def _missing(self, ours: str, there: Sequence[str]) -> WarehouseError:
        theirs = self.column(ours)
        name = f"{theirs} (our {ours})" if theirs != ours else ours
        return WarehouseError(
            f"{self.forecasts} has no column {name}; it has {', '.join(there)}",
            way_out=suggestion(theirs, there, otherwise=f"map it: columns = {{ {ours} = ... }}"),
        )


@dataclass(frozen=True)
class Selection:
    """A query over a team's table, and which optional columns the table lacks."""

    sql: str
    absent: tuple[str, ...]


def suggestion(name: str, known: Iterable[str], *, otherwise: str = "") -> str:
    """Return `did you mean ...?` for the nearest of the known names."""
    near = difflib.get_close_matches(name.lower(), {each.lower(): each for each in known}, n=1)
    return f"did you mean {near[0]}?" if near else otherwise
