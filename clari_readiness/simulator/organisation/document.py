"""A forecast as the JSON document of an export (F13), written as text so that no amount passes through a float."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from clari_readiness.simulator.organisation.calendar import Period, Week
from clari_readiness.simulator.organisation.currencies import money
from clari_readiness.simulator.organisation.forecast import Entry, Forecast
from clari_readiness.simulator.organisation.people import Seat, seats
from clari_readiness.simulator.organisation.settings import Field

EMPTY = b'{"entries":[]}'
"""All that an export says that found nothing (F20)."""


def document(forecast: Forecast) -> bytes:
    """Return the five lists, in UTF-8."""
    if not forecast.entries:
        return EMPTY
    used = {entry.field for entry in forecast.entries}
    fields = [_field(field) for field in forecast.organisation.fields if field in used]
    managers = {seat.user_id: seat for seat in seats(forecast.organisation)}
    lists = {
        "users": [_user(seat, managers) for seat in forecast.seats],
        "fields": fields,
        "timePeriods": [_period(forecast.period)],
        "timeFrames": [_frame(week) for week in forecast.weeks],
    }
    # The entries come first and are most of the document; the lists are joined to them as they are.
    return f'{{"entries":[{",".join(_entries(forecast))}],{_json(lists)[1:]}'.encode()


def milliseconds(at: datetime) -> int:
    """Return a moment as Clari writes it: epoch milliseconds."""
    return round(at.timestamp() * 1000)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _entries(forecast: Forecast) -> Iterator[str]:
    currency = _json({"code": forecast.currency.code, "symbol": forecast.currency.symbol})
    period = _json(forecast.period.name)
    for entry in forecast.entries:
        keys = (
            f'"fieldId":{_json(entry.field.field_id)},"timePeriodId":{period},'
            f'"timeFrameId":"{entry.week.frame_id}","userId":"{entry.seat.user_id}"'
        )
        yield f'{{{keys},{"".join(f"{value}," for value in _values(forecast, entry))}"currency":{currency}}}'


def _values(forecast: Forecast, entry: Entry) -> Iterator[str]:
    # Only the requested types have keys at all; what was not asked for is absent, and never null (F13).
    amounts, types = entry.amounts, forecast.question.types
    for name, key, amount in (
        ("forecast", "forecastValue", amounts.call),
        ("quota", "quotaValue", amounts.quota),
        ("adjustment", "adjustmentValue", amounts.adjustment),
        ("crm_total", "aggregationTotal", amounts.crm_total),
        ("crm_closed", "crmClosed", amounts.crm_closed),
    ):
        if name in types and amount is not None:
            yield f'"{key}":{money(forecast.cents(amount))}'
    if "forecast_updated" in types and amounts.call is not None:
        yield f'"isUpdated":{"true" if amounts.updated else "false"}'
        yield from _who_and_when("updated", amounts.updated)
    if "adjustment" in types:
        yield from _who_and_when("adjusted", amounts.adjusted)


def _who_and_when(verb: str, what: tuple[datetime, str] | None) -> Iterator[str]:
    if what:
        yield f'"{verb}By":"{what[1]}"'
        yield f'"{verb}On":{milliseconds(what[0])}'


def _user(seat: Seat, everybody: dict[str, Seat]) -> dict[str, Any]:
    manager = everybody[seat.over] if seat.over else None
    return {
        "userId": seat.user_id,
        "name": seat.name,
        "email": seat.email,
        "crmId": seat.crm_id,
        "scopeId": seat.scope_id(),
        "hierarchyId": seat.role_id,
        "hierarchyName": seat.role,
        "parentHierarchyId": manager.role_id if manager else None,
        "parentHierarchyName": manager.role if manager else None,
    }


def _field(field: Field) -> dict[str, str]:
    return {"fieldId": field.field_id, "fieldName": field.name, "fieldType": field.field_type}


def _period(period: Period) -> dict[str, str]:
    return {
        "timePeriodId": period.name,
        "type": "quarter",
        "label": f"Quarter {period.number}",
        "year": str(period.year),
        "startDate": period.first.isoformat(),
        "endDate": period.last.isoformat(),
        "crmId": f"026{period.year}0000000Q{period.number}UAK",
    }


def _frame(week: Week) -> dict[str, str]:
    return {"timeFrameId": week.frame_id, "startDate": week.first.isoformat(), "endDate": week.last.isoformat()}
