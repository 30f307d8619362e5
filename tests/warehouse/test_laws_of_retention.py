from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clari_readiness.model.calendar import Quarter, Window
from clari_readiness.warehouse.retention import retire, would_retire
from tests.strategies import quarters
from tests.warehouse.shelf import TABLES, Rows, Shelf

pytestmark = pytest.mark.database

OF_PERIODS = ("forecast_entries", "snapshots", "entry_changes")


@given(st.lists(quarters(), min_size=1, max_size=4), quarters())
def test_law_nothing_inside_the_window_goes_nothing_outside_stays_and_twice_is_once(
    shelf: Shelf, periods: list[Quarter], first_kept: Quarter
) -> None:
    """Law: what is left is exactly what was there of quarters from the first kept one on, as was told before."""
    shelf.clear()
    for moment, period in enumerate(periods):
        told = {("TF:1", "1:A", "commit"): {"forecast": Decimal(moment)}}
        shelf.put(Rows(moment, moment, ("forecast",), told, ("TF:1",), period=str(period)))
    before = shelf.dump()
    window = Window(first_kept, date.min)
    would = would_retire(shelf.connection, window)
    assert shelf.dump() == before
    retired = retire(shelf.connection, window)
    assert retired == would
    entries = next(table for table in retired.tables if table.table == "forecast_entries")
    assert {Quarter.parse(name) for name in entries.of} == {each for each in periods if each < first_kept}
    after = shelf.dump()
    assert {table.table: table.count for table in retired.tables} == {
        name: len(before[name]) - len(after[name]) for name in TABLES
    }
    for table in OF_PERIODS:
        column = next(number for number, name in enumerate(_columns(shelf, table)) if name == "time_period_id")
        kept = [row for row in before[table] if Quarter.parse(row[column]) >= first_kept]
        assert after[table] == kept
    assert retire(shelf.connection, window).nothing
    assert shelf.dump() == after


def _columns(shelf: Shelf, table: str) -> list[str]:
    return [row[0] for row in shelf.ask(f"DESCRIBE {table}")]
