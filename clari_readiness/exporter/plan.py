"""Which exports a run asks for, and which of them are recent enough already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from clari_readiness.model.calendar import FiscalYear, Quarter
from clari_readiness.model.exports import ExportRequest

_DAY = timedelta(days=1)


def plan(
    forecasts: Iterable[str],
    types: Iterable[str],
    *,
    fiscal_year: FiscalYear,
    today: date,
    history_quarters: int,
) -> tuple[ExportRequest, ...]:
    """Return one request for each forecast and each quarter, from the current one back so many, the newest first.

    All forecasts of a quarter come before the quarter before it: when quota runs out, history is what is missing.
    """
    quarters = fiscal_year.history(today, history_quarters)
    wanted, asked = tuple(dict.fromkeys(forecasts)), tuple(dict.fromkeys(types))
    return tuple(ExportRequest(forecast, str(quarter), asked) for quarter in quarters for forecast in wanted)


@dataclass(frozen=True)
class Schedule:
    """How much time lies between two exports of a quarter; None: a past one is not exported again.

    Days are counted by the calendar (UTC), not by the hour: what runs each morning must not find yesterday's export
    a minute too young. Without a fiscal year every quarter counts as current.
    """

    current: timedelta = _DAY
    past: timedelta | None = timedelta(weeks=1)
    fiscal_year: FiscalYear | None = None

    def is_due(self, request: ExportRequest, loaded: datetime | None, now: datetime) -> bool:
        """Tell whether a request whose last export was asked for at `loaded` (None: never) is due again.

        A quarter that has ended is due as a current one until it was exported after its end: it may have changed to
        the last minute.
        """
        if loaded is None:
            return True
        every = self.past if self._settled(request, loaded) else self.current
        if every is None:
            return False
        if every < _DAY:
            return _whole(now, every) > _whole(loaded, every)
        return now.astimezone(UTC).date() - loaded.astimezone(UTC).date() >= every

    def _settled(self, request: ExportRequest, loaded: datetime) -> bool:
        """Tell whether the quarter, and the time to change its last week, had ended when it was exported (F16)."""
        if self.fiscal_year is None:
            return False
        try:
            last = self.fiscal_year.last_day(Quarter.parse(request.time_period))
        except ValueError:  # a month or a year, as some organisations forecast: nothing is known of its end
            return False
        return loaded.astimezone(UTC).date() > last + _DAY


def _whole(at: datetime, every: timedelta) -> int:
    return int(at.timestamp() // every.total_seconds())
