"""A forecast as the CSV file of an export (F19): a row for each value, formatted for people."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date

from clari_readiness.simulator.organisation.forecast import Entry, Forecast
from clari_readiness.simulator.organisation.people import seats

HEADER = (
    "User", "Email", "CRM User ID", "Role", "Parent Role", "Timeframe", "Field", "Week", "Start Day", "End Day",
    "Data Type", "Data Value",
)  # fmt: skip


def spreadsheet(forecast: Forecast) -> bytes:
    """Return the file in UTF-8; with nothing found it holds its header alone."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    roles = {seat.user_id: seat.role for seat in seats(forecast.organisation)}
    for entry in forecast.entries:
        common = _common(forecast, entry, roles)
        writer.writerows((*common, kind, value) for kind, value in _values(forecast, entry))
    return out.getvalue().encode()


def _common(forecast: Forecast, entry: Entry, roles: dict[str, str]) -> tuple[str, ...]:
    seat, week, period = entry.seat, entry.week, forecast.period
    return (
        seat.name,
        seat.email,
        seat.crm_id,
        seat.role,
        roles[seat.over] if seat.over else "",
        f"Q{period.number} FY {period.year}",
        entry.field.name,
        str(week.ordinal),
        _day(week.first),
        _day(week.last),
    )


def _values(forecast: Forecast, entry: Entry) -> Iterator[tuple[str, str]]:
    amounts, types = entry.amounts, forecast.question.types
    for name, kind, amount in (
        ("forecast", "Forecast Value", amounts.call),
        ("quota", "Quota Value", amounts.quota),
        ("adjustment", "Adjustment Value", amounts.adjustment),
        ("crm_total", "CRM Total", amounts.crm_total),
        ("crm_closed", "CRM Closed", amounts.crm_closed),
    ):
        if name in types and amount is not None:
            yield kind, _for_people(forecast.cents(amount), forecast.currency.symbol)
    if "forecast_updated" in types and amounts.call is not None:
        yield "Forecast Updated", "Yes" if amounts.updated else "No"


def _for_people(cents: int, symbol: str) -> str:
    whole, hundredths = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{symbol}{whole:,}.{hundredths:02}"


def _day(day: date) -> str:
    return day.strftime("%m/%d/%Y")
