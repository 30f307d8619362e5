"""What a warehouse keeps, as quarters of forecasts: what of it is too old, what is missing, what nobody can tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from clari_readiness.model.calendar import Quarter, Window

_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Kept:
    """The quarters of each forecast, and the periods that are not named like one, of which nobody knows the age."""

    quarters: Mapping[str, frozenset[Quarter]]
    others: tuple[str, ...] = ()

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> Kept:
        """Read rows that have a `forecast_name` and a `time_period`."""
        quarters, others = defaultdict(set), []
        for row in rows:
            forecast, period = str(row["forecast_name"]), str(row["time_period"])
            try:
                quarters[forecast].add(Quarter.parse(period))
            except ValueError:
                others.append(f"{period} of {forecast}")
        return cls({forecast: frozenset(found) for forecast, found in quarters.items()}, tuple(others))

    def of_forecast(self, forecast: str) -> frozenset[Quarter]:
        """Return the quarters of one forecast."""
        return self.quarters.get(forecast, frozenset())

    def before(self, window: Window) -> list[str]:
        """Return each quarter that lies before the window, with its forecast."""
        return [
            f"{quarter} of {forecast}"
            for forecast, quarters in sorted(self.quarters.items())
            for quarter in sorted(quarters)
            if quarter < window.first
        ]

    def gaps(self, forecasts: Iterable[str], loaded: Kept, window: Window, current: Quarter) -> list[str]:
        """Return each quarter of the window that ought to be here and is not, and why it ought to.

        What was `loaded` ought to be here, and whatever lies between the first and the newest quarter of a forecast.
        Quarters after the current one ought to be here only if they were loaded.
        """
        return [gap for forecast in forecasts for gap in self._gaps(forecast, loaded, window, current)]

    def _gaps(self, forecast: str, loaded: Kept, window: Window, current: Quarter) -> Iterator[str]:
        here, there = self.of_forecast(forecast), loaded.of_forecast(forecast)
        known = [quarter for quarter in here | there if quarter >= window.first]
        between = _from_to(min(known), min(max(known), current)) if known else []
        for quarter in sorted({*between, *(quarter for quarter in there if quarter >= window.first)} - here):
            if quarter in there:
                yield f"{quarter} of {forecast} was loaded and is gone"
            else:
                yield f"{quarter} of {forecast} is missing between {min(known)} and {max(known)}"


def shortened(kept: Iterable[Mapping[str, Any]], loaded: Iterable[Mapping[str, Any]], window: Window) -> Iterator[str]:
    """Yield each period that is still there and whose oldest exports are not; both name their `first_exported_at`.

    A day may lie between the two: not every team keeps the moment that Clari gave.
    """
    began = {_key(row): row["first_exported_at"] for row in kept}
    for row in loaded:
        here, first = began.get(_key(row)), row["first_exported_at"]
        if here and first and here - first > _A_DAY and not window.is_past(str(row["time_period"])):
            period = f"{row['time_period']} of {row['forecast_name']}"
            yield f"exports of {period} from {first:%Y-%m-%d} on were loaded, and those before {here:%Y-%m-%d} are gone"


def _key(row: Mapping[str, Any]) -> tuple[str, str]:
    return str(row["forecast_name"]), str(row["time_period"])


def _from_to(first: Quarter, last: Quarter) -> list[Quarter]:
    quarters = []
    while first <= last:
        quarters.append(first)
        first = first.minus(-1)
    return quarters
