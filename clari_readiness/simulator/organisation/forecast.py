"""What a forecast holds at a moment: the entries behind the JSON document, the CSV file and the synchronous answer."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from clari_readiness.simulator.organisation.amounts import Amounts, Cell, calls, quotas, together
from clari_readiness.simulator.organisation.calendar import Calendar, Period, Week
from clari_readiness.simulator.organisation.chance import number_for
from clari_readiness.simulator.organisation.currencies import CURRENCIES, Currency, converted
from clari_readiness.simulator.organisation.people import Seat, below, seats
from clari_readiness.simulator.organisation.settings import DEFAULT_TYPES, Field, Organisation

Table = dict[tuple[str, date], Amounts]
"""Amounts by user id and first day of the week."""


@dataclass(frozen=True)
class Question:
    """What is asked of a forecast. `period` is None, empty or unknown for the current quarter (F18)."""

    forecast_id: str
    period: str | None = None
    types: tuple[str, ...] = DEFAULT_TYPES
    scope: str | None = None
    currency: str | None = None
    historical: bool = False


@dataclass(frozen=True)
class Entry:
    """The amounts of one seat in one field and week."""

    seat: Seat
    field: Field
    week: Week
    amounts: Amounts


@dataclass(frozen=True)
class Forecast:
    """The answer to a question at a moment. The weeks are in no order (F15)."""

    organisation: Organisation
    question: Question
    period: Period
    weeks: tuple[Week, ...]
    seats: tuple[Seat, ...]
    currency: Currency
    entries: tuple[Entry, ...]

    def cents(self, amount: int) -> int:
        """Return an amount of the organisation's currency in the one that was asked for."""
        return converted(amount, into=self.currency, of=CURRENCIES[self.organisation.currency])


@dataclass(frozen=True)
class Cells:
    """What a table of amounts is about: one field of one forecast, in one quarter, for the weeks begun so far."""

    organisation: Organisation
    forecast_id: str
    field: Field
    period: Period
    weeks: tuple[Week, ...]


def calendar_of(organisation: Organisation) -> Calendar:
    """Return the organisation's fiscal calendar."""
    return Calendar(organisation.fiscal_year_starts, organisation.named_after, organisation.week_starts)


def period_for(organisation: Organisation, asked: str | None, at: datetime) -> Period:
    """Return the quarter that is answered: what was asked for is not known is silently the current one (F18)."""
    calendar = calendar_of(organisation)
    current = calendar.period_of(at.date())
    named = calendar.named(asked or "")
    # Tabs are configured a year ahead; what lies further, or before the organisation began, is as unknown as a typo.
    known = named is not None and named.last >= organisation.founded and named.year <= current.year + 1
    return named if named is not None and known else current


def answer(organisation: Organisation, question: Question, at: datetime) -> Forecast:
    """Return what the forecast holds at the moment: a pure function of its three arguments."""
    period = period_for(organisation, question.period, at)
    begun = tuple(week for week in calendar_of(organisation).weeks(period) if week.opens <= at)
    wanted = begun if question.historical else begun[-1:]
    shown = _shown_seats(organisation, question.scope, at)
    currency = CURRENCIES[question.currency or organisation.currency]
    mixed = _shuffled(organisation, wanted)
    tables = {
        field: _table(Cells(organisation, question.forecast_id, field, period, begun), at)
        for field in organisation.fields
    }
    entries = tuple(_entries(tables, mixed, shown, question.types))
    return Forecast(organisation, question, period, mixed, shown, currency, entries)


def roots_of(organisation: Organisation, scope: str) -> set[str]:
    """Return the user ids that a scope names; none when it is nobody's."""
    return {seat.user_id for seat in seats(organisation) if seat.scope == scope}


def has_any(amounts: Amounts, types: tuple[str, ...]) -> bool:
    """Return whether an entry has anything to say about one of the types."""
    said = {
        "forecast": amounts.call,
        "forecast_updated": amounts.call,
        "adjustment": amounts.adjustment,
        "quota": amounts.quota,
        "crm_total": amounts.crm_total,
        "crm_closed": amounts.crm_closed,
    }
    return any(said[name] is not None for name in types)


def _shown_seats(organisation: Organisation, scope: str | None, at: datetime) -> tuple[Seat, ...]:
    everybody = seats(organisation)
    chosen = below(everybody, roots_of(organisation, scope)) if scope else everybody
    return tuple(seat for seat in chosen if seat.opted_in(at))


def _entries(
    tables: dict[Field, Table], weeks: tuple[Week, ...], shown: tuple[Seat, ...], types: tuple[str, ...]
) -> Iterator[Entry]:
    for week in weeks:
        for seat in shown:
            for field, table in tables.items():
                amounts = table.get((seat.user_id, week.first))
                if amounts is not None and has_any(amounts, types):
                    yield Entry(seat, field, week, amounts)


@lru_cache(maxsize=16)
def _table(cells: Cells, at: datetime) -> Table:
    # The amounts of every seat in one field, managers included.
    table: Table = {}
    everybody = seats(cells.organisation)
    for seat in everybody:
        if not seat.manages:
            table.update(_row(cells, seat, at))
    for seat in reversed(everybody):
        if seat.manages:
            _roll_up(seat, [report for report in everybody if report.over == seat.user_id], cells.weeks, table)
    return table


def _row(cells: Cells, seat: Seat, at: datetime) -> Table:
    salt, field = cells.organisation.seed, cells.field
    cell = Cell(salt, cells.forecast_id, field.field_id, seat.user_id, seat.over or "", cells.period)
    found = calls(cell, cells.weeks, at) if field.holds == "calls" else quotas(cell, cells.weeks)
    return {(seat.user_id, week.first): each for week, each in zip(cells.weeks, found, strict=True)}


def _roll_up(manager: Seat, team: list[Seat], weeks: tuple[Week, ...], table: Table) -> None:
    # Who opted out still counts in the weeks that had begun by then: what a manager had said then does not change.
    for week in weeks:
        present = [seat for seat in team if seat.opted_in(week.opens) and (seat.user_id, week.first) in table]
        if present:
            table[manager.user_id, week.first] = together(
                [(seat.user_id, table[seat.user_id, week.first]) for seat in present]
            )


def _shuffled(organisation: Organisation, weeks: tuple[Week, ...]) -> tuple[Week, ...]:
    mixed = list(weeks)
    random.Random(number_for(organisation.seed, "order", len(weeks))).shuffle(mixed)  # noqa: S311 - an order, not a secret
    return tuple(mixed)
