from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clari_readiness.model.calendar import Quarter
from clari_readiness.warehouse.retention import retire
from tests.strategies import quarters
from tests.warehouse.shelf import Rows, Shelf

pytestmark = pytest.mark.database

OF_PERIODS = ("forecast_entries", "snapshots", "entry_changes")


@given(st.lists(quarters(), min_size=1, max_size=4), quarters(), st.booleans())
def test_law_nothing_inside_the_window_goes_nothing_outside_stays_and_twice_is_once(
    shelf: Shelf, periods: list[Quarter], first_kept: Quarter, looked_first: bool
) -> None:
    """Law: what is left is exactly what was there of quarters from the first kept one on, and stays."""
    shelf.clear()
    for moment, period in enumerate(periods):
        told = {("TF:1", "1:A", "commit"): {"forecast": Decimal(moment)}}
        shelf.put(Rows(moment, moment, ("forecast",), told, ("TF:1",), period=str(period)))
    before = shelf.dump()
    if looked_first:
        retire(shelf.connection, first_kept, dry_run=True)
        assert shelf.dump() == before
    retired = retire(shelf.connection, first_kept, dry_run=False)
    assert {Quarter.parse(name) for name in retired.periods} == {each for each in periods if each < first_kept}
    after = shelf.dump()
    for table in OF_PERIODS:
        column = next(number for number, name in enumerate(_columns(shelf, table)) if name == "time_period_id")
        kept = [row for row in before[table] if Quarter.parse(row[column]) >= first_kept]
        assert after[table] == kept
    assert retire(shelf.connection, first_kept, dry_run=False).nothing
    assert shelf.dump() == after


def _columns(shelf: Shelf, table: str) -> list[str]:
    return [row[0] for row in shelf.ask(f"DESCRIBE {table}")]
