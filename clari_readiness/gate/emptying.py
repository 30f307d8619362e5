"""Which periods had rows, and have none or hardly any now: what an empty export (F20) leaves when nobody refuses it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from clari_readiness.model.calendar import Window
from clari_readiness.model.reconciliation import PeriodSeen

WHOLESALE = 0.5
"""The share of rows that may be gone from one export to the next in the same weeks: half of the people never leave."""

Key = tuple[str, str]


@dataclass
class Past:
    """Which forecasts and periods once had rows, and who knows that. Only those count that ought to be there still."""

    forecasts: Collection[str]
    window: Window
    known: dict[Key, str] = field(default_factory=dict)

    def remember(self, seen: Iterable[PeriodSeen]) -> None:
        """Take in what earlier runs of the suite found."""
        for each in seen:
            self._note((each.forecast_id, each.time_period), f"{each.rows} rows when it was last reconciled")

    def ledger(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Take in what the reference exporter's ledger calls loaded: it refuses documents without entries."""
        for row in rows:
            self._note((str(row["forecast_name"]), str(row["time_period"])), "rows by the exporter's ledger")

    def gone(self, present: Iterable[Mapping[str, Any]]) -> Iterator[str]:
        """Yield each period that had rows and has none among those that are `present`."""
        there = {(row["forecast_name"], row["time_period"]) for row in present if row["rows"]}
        for (forecast, period), words in sorted(self.known.items()):
            if (forecast, period) not in there:
                yield f"{period} of {forecast} has no rows, and had {words}"

    def _note(self, key: Key, words: str) -> None:
        if key[0] in self.forecasts and not self.window.is_past(key[1]):
            self.known.setdefault(key, words)


def emptied(present: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield each period whose newest export lost all amounts, or most rows, that earlier ones held."""
    for row in present:
        period = f"{row['time_period']} of {row['forecast_name']}"
        shared, before = row["shared_rows"], row["shared_rows_before"]
        if row["amounts_before"] and not row["amounts"]:
            yield f"the newest export of {period} holds no amount, and an earlier one held {row['amounts_before']}"
        elif before and shared < before * WHOLESALE:
            yield f"the newest export of {period} holds {shared} rows in weeks in which the one before held {before}"
