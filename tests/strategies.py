"""Hypothesis strategies, written by hand, for what a forecast export can hold (F13 to F17).

Amounts are `Decimal`, exact to the cent; `encode` writes a document as the bytes that a download would bring.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import msgspec
from hypothesis import strategies as st

from clari_readiness.model.calendar import FiscalYear, Quarter
from clari_readiness.model.exports import AMOUNTS, EXPORT_TYPES

Document = dict[str, Any]

_MOST_CENTS = 10**15 - 1  # 13 digits before the point, as DECIMAL(15,2) holds
_ODD_NAMES = (
    "",
    "<img src=x onerror=alert(1)>",
    "Robert'); DROP TABLE users; --",
    '=HYPERLINK("http://example.com")',
    "🦊 Åsa \u05d0\u05d1\u05d2 \u202eabc",
    "line\nbreak\tand tab",
)

# Made once: Hypothesis looks at a strategy when it is first drawn from, and one made anew for each draw is always new.
_CENTS = st.sampled_from([0, 1, -1, 10, _MOST_CENTS, -_MOST_CENTS]) | st.integers(-_MOST_CENTS, _MOST_CENTS)
_AMOUNTS = _CENTS.map(lambda cents: Decimal(cents).scaleb(-2))
_AMOUNTS_OR_NULL = _AMOUNTS | st.none()
_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
_NAMES = st.sampled_from(_ODD_NAMES) | _TEXT
_NAMES_OR_NULL = st.none() | _NAMES
_QUARTERS = st.builds(Quarter, st.integers(2020, 2030), st.integers(1, 4))
_MOMENTS_OR_NULL = st.none() | st.integers(1_500_000_000_000, 1_900_000_000_000)
_SOMEBODY_OR_NULL = st.none() | st.just("280627")
_PARENT_OR_NULL = st.none() | st.just("00E4M000009RgqSUAS")
_CURRENCIES = st.sampled_from([{"code": "USD", "symbol": "$"}, {"code": "EUR", "symbol": "€"}])
_TYPES = st.lists(st.sampled_from(EXPORT_TYPES), min_size=1, unique=True)
_FIELD_IDS = st.lists(st.sampled_from(["fc_commit", "fc_best_case", "fc_net_commit"]), min_size=1, unique=True)
_YES_OR_NO = st.booleans()
_MOSTLY = st.integers(0, 7)
_ONE_TO_THREE = st.integers(1, 3)
_ONE_OR_TWO = st.integers(1, 2)
_DAYS_OF_WEEK = st.integers(0, 6)


def encode(document: Any) -> bytes:
    """Return the document as JSON, amounts digit by digit and never by way of a float."""
    return msgspec.json.Encoder(decimal_format="number").encode(document)


def amounts() -> st.SearchStrategy[Decimal]:
    """Amounts to the cent, negative and zero included, up to 13 digits before the point."""
    return _AMOUNTS


def names() -> st.SearchStrategy[str]:
    """Names as people have them, and some that attack: any text but NUL, which PostgreSQL cannot hold."""
    return _NAMES


def quarters() -> st.SearchStrategy[Quarter]:
    """Fiscal quarters of our time."""
    return _QUARTERS


@st.composite
def forecast_documents(
    draw: st.DrawFn,
    *,
    quarter: Quarter | None = None,
    types: Sequence[str] | None = None,
    fiscal_year: FiscalYear = FiscalYear(),  # noqa: B008 - frozen
    max_entries: int = 12,
) -> Document:
    """Valid documents with at least one entry, which hold together: every id is listed, no key comes twice.

    Some span two quarters, and then the week between them lies in both (F14); some people have two roles, and are two
    users with one e-mail (F13). `quarter` and `types` narrow a document to what an export asked for.
    """
    of = _Organisation(
        users=_users(draw),
        fields=_fields(draw),
        periods=_periods(draw, quarter, fiscal_year),
        week_starts_on=draw(_DAYS_OF_WEEK),
    )
    asked = tuple(types) if types is not None else draw(_TYPES)
    keys = draw(st.lists(st.sampled_from(of.keys()), min_size=1, max_size=max_entries, unique_by=str))
    twins = of.twins()
    if twins and max_entries > 1 and draw(_YES_OR_NO):  # too rare to be left to chance
        keys = [*twins, *(key for key in keys if key not in twins)][:max_entries]
    return {
        "entries": [{**key, **_values(draw, asked)} for key in keys],
        "users": of.users,
        "fields": of.fields,
        "timePeriods": [_time_period(period) for period in of.periods],
        "timeFrames": draw(st.permutations(of.frames())),  # weeks come unordered (F15)
    }


@dataclass(frozen=True)
class _Period:
    quarter: Quarter
    first: date
    last: date


@dataclass(frozen=True)
class _Organisation:
    users: list[Document]
    fields: list[Document]
    periods: list[_Period]
    week_starts_on: int

    def weeks(self, period: _Period) -> list[date]:
        """Return the first days of the period's weeks; the first may lie before the period."""
        start = period.first - timedelta(days=(period.first.weekday() - self.week_starts_on) % 7)
        return [start + timedelta(days=days) for days in range(0, (period.last - start).days + 1, 7)]

    def frames(self) -> list[Document]:
        starts = {start for period in self.periods for start in self.weeks(period)}
        return [
            {"timeFrameId": f"TF:{start}", "startDate": f"{start}", "endDate": f"{start + timedelta(days=6)}"}
            for start in sorted(starts)
        ]

    def keys(self) -> list[Document]:
        return [
            {
                "fieldId": field["fieldId"],
                "timePeriodId": str(period.quarter),
                "timeFrameId": f"TF:{start}",
                "userId": user["userId"],
            }
            for period in self.periods
            for start, field, user in product(self.weeks(period), self.fields, self.users)
        ]

    def twins(self) -> list[Document]:
        """Return the two keys of one user and field whose week lies in both periods; none where no week does."""
        shared = [set(map(str, self.weeks(period))) for period in self.periods]
        frames = {f"TF:{start}" for start in set.intersection(*shared)} if len(shared) > 1 else set()
        user, field = self.users[0]["userId"], self.fields[0]["fieldId"]
        return [
            key
            for key in self.keys()
            if key["timeFrameId"] in frames and key["userId"] == user and key["fieldId"] == field
        ]


def _periods(draw: st.DrawFn, quarter: Quarter | None, fiscal_year: FiscalYear) -> list[_Period]:
    latest = quarter or draw(_QUARTERS)
    both = quarter is None and draw(_YES_OR_NO)
    named = [latest.minus(1), latest] if both else [latest]
    return [_Period(name, fiscal_year.first_day(name), fiscal_year.last_day(name)) for name in named]


def _time_period(period: _Period) -> Document:
    return {
        "timePeriodId": str(period.quarter),
        "type": "quarter",
        "label": f"Quarter {period.quarter.number}",
        "year": f"{period.quarter.year}",
        "startDate": f"{period.first}",
        "endDate": f"{period.last}",
        "crmId": None,
    }


def _users(draw: st.DrawFn) -> list[Document]:
    people = range(draw(_ONE_TO_THREE))
    return [
        _user(draw, person, role)
        for person in people
        for role in range(draw(_ONE_OR_TWO))  # two roles: two users with one e-mail
    ]


def _user(draw: st.DrawFn, person: int, role: int) -> Document:
    number = 280627 + person
    scope = f"{number}::{'REP' if role == 0 else 'MGR'}"
    return {
        "userId": f"{number}:00E4M00000{role}RgqRUAS",
        "name": draw(_NAMES),
        "email": f"person{person}@example.com",
        "crmId": f"0054M00000{person}kXyZQAU" if draw(_YES_OR_NO) else None,
        "scopeId": (scope, {"id": scope, "type": "ROLE"}, None)[draw(_ONE_TO_THREE) - 1],
        "hierarchyId": f"00E4M00000{role}RgqRUAS",
        "hierarchyName": draw(_NAMES),
        "parentHierarchyId": draw(_PARENT_OR_NULL),
        "parentHierarchyName": draw(_NAMES_OR_NULL),
    }


def _fields(draw: st.DrawFn) -> list[Document]:
    return [{"fieldId": id_, "fieldName": draw(_NAMES), "fieldType": "FORECAST"} for id_ in draw(_FIELD_IDS)]


def _values(draw: st.DrawFn, asked: Sequence[str]) -> Document:
    """Draw what the types asked for put into an entry; not every entry has a value for every type."""
    values: Document = {}
    for type_, (key, _) in AMOUNTS.items():
        if type_ in asked and draw(_MOSTLY):
            values[key] = draw(_AMOUNTS_OR_NULL)
    if "forecast_updated" in asked:
        values |= _who_and_when(draw, "updated") | {"isUpdated": draw(_YES_OR_NO)}
    if values.get("adjustmentValue") is not None:
        values |= _who_and_when(draw, "adjusted")
    if draw(_YES_OR_NO):
        values["currency"] = draw(_CURRENCIES)
    return values


def _who_and_when(draw: st.DrawFn, did: str) -> Document:
    return {f"{did}By": draw(_SOMEBODY_OR_NULL), f"{did}On": draw(_MOMENTS_OR_NULL)}
