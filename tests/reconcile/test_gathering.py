"""What leaves another engine when it is reconciled: checksums, and the rows that differ, and never much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from clari_readiness.model.calendar import FiscalYear
from clari_readiness.model.reconciliation import Reconciliation, Verdict
from clari_readiness.model.time import SteppedClock
from clari_readiness.reconcile import Reconciler
from clari_readiness.warehouse import ComparedWarehouse, Tables, WarehouseReader
from clari_readiness.warehouse.columns import Described
from clari_readiness.warehouse.engines import LARGEST_ANSWER, DuckDBEngine, Engine, Ran, open_engine
from clari_readiness.warehouse.opening import in_memory
from tests.elsewhere import into_sqlite
from tests.reconcile.place import JUDGE, NIGHT, Place
from tests.warehouse.documents import ENDED, PERIOD, document, entry

PEOPLE = 5_000
CHANGED = round((ENDED + timedelta(hours=1)).timestamp() * 1_000)


@dataclass
class Watched:
    """An engine, and what has left it: the name of each question and the rows that came back."""

    engine: Engine
    left: list[tuple[str, int, int]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.engine.name

    def run(self, check: str, sql: str, params: Mapping[str, Any]) -> Ran:
        ran = self.engine.run(check, sql, params)
        self.left.append((check, len(ran.rows), sum(len(str(value)) for row in ran.rows for value in row)))
        return ran

    def describe(self, tables: Tables) -> Described | None:
        return self.engine.describe(tables)

    def relations(self) -> tuple[str, ...]:
        return self.engine.relations()

    @property
    def may_hold_ledger(self) -> bool:
        return self.engine.may_hold_ledger

    def may_write(self, tables: Tables) -> str:
        return self.engine.may_write(tables)

    def close(self) -> None:
        self.engine.close()


def rows_of(watched: Watched) -> int:
    return sum(rows for check, rows, _ in watched.left if check == "apart")


@pytest.fixture
def many(tmp_path: Path) -> Place:
    """A forecast of five thousand people, loaded as it came."""
    place = Place(tmp_path)
    place.load(document(*(entry(f"{number}:A", updatedOn=CHANGED) for number in range(PEOPLE))))
    return place


@contextmanager
def elsewhere(place: Place) -> Iterator[tuple[ComparedWarehouse, Watched]]:
    url = into_sqlite(place.path, place.directory / "copy.sqlite")
    watched = Watched(open_engine(url, place.directory, patience=0.0, timeout=300.0))
    scratch = place.directory / "scratch"
    scratch.mkdir()
    reader = WarehouseReader(watched, Tables())
    with ComparedWarehouse(DuckDBEngine(in_memory(), "here"), Tables(), scratch, reader) as warehouse:
        yield warehouse, watched


def reconciled(place: Place, warehouse: ComparedWarehouse) -> Reconciliation:
    clock = SteppedClock(NIGHT)
    year = FiscalYear(2, "end")
    reconciler = Reconciler(place.clari, warehouse, JUDGE, clock, ("forecast",), year, has_ledger=False)
    return reconciler.reconcile(["net_bookings"], [PERIOD])


def test_what_agrees_stays_where_it_is(many: Place) -> None:
    with elsewhere(many) as (warehouse, watched):
        found = reconciled(many, warehouse)
    assert (found.verdict, found.reconciled[0].found_rows) == (Verdict.SAME, PEOPLE)
    assert rows_of(watched) == 0
    assert sum(size for _, _, size in watched.left) < LARGEST_ANSWER / 3


def test_of_what_differs_hardly_more_than_that_is_fetched(many: Place) -> None:
    many.sql("UPDATE forecast_entries SET forecast_amount = forecast_amount + 0.01 WHERE user_id IN ('7:A', '11:A')")
    many.sql("DELETE FROM forecast_entries WHERE user_id = '13:A'")
    with elsewhere(many) as (warehouse, watched):
        (found,) = reconciled(many, warehouse).reconciled
    assert (found.verdict, found.missing, found.too_many, found.differing) == (Verdict.DIFFERENT, 1, 0, 2)
    assert {each.user_id for each in found.offences} == {"7:A", "11:A", "13:A"}
    assert found.amounts[0].found == found.amounts[0].expected + Decimal("0.02") - Decimal("10.50")
    assert 2 <= rows_of(watched) < 40
    assert "rows more differ" not in found.reason


def test_where_more_differs_than_may_leave_it_is_different_all_the_same_and_says_how_much_was_not_looked_at(
    many: Place,
) -> None:
    many.sql("UPDATE forecast_entries SET forecast_amount = forecast_amount + 0.01")
    with elsewhere(many) as (warehouse, watched):
        (found,) = reconciled(many, warehouse).reconciled
    assert found.verdict is Verdict.DIFFERENT
    assert found.differing == rows_of(watched) <= 4_000
    assert (
        found.reason
        == f"{PEOPLE - found.differing} rows more differ than may leave this engine, and were not looked at"
    )
    assert all(size <= LARGEST_ANSWER for _, _, size in watched.left)


def test_where_what_was_looked_at_differs_for_good_reason_the_rest_is_not_taken_for_the_same(many: Place) -> None:
    many.clari.now = many.clari.results.pop("job-1")
    many.sql("UPDATE forecast_entries SET forecast_amount = forecast_amount + 0.01")
    with elsewhere(many) as (warehouse, _):
        found = reconciled(many, warehouse)
    assert found.verdict is Verdict.NOT_LOOKED
    assert found.reconciled == ()
    assert "rows more differ than may leave this engine" in found.unreconciled[0].reason
    assert "warehouse.columns.job_id" in found.unreconciled[0].way_out


def test_a_key_whose_parts_are_put_together_otherwise_is_another_key(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.load(document(entry("1:A"), entry("1:AB")))
    place.sql("UPDATE forecast_entries SET user_id = '1:A', field_id = 'Bfc_commit' WHERE user_id = '1:AB'")
    with elsewhere(place) as (warehouse, _):
        (found,) = reconciled(place, warehouse).reconciled
    assert (found.missing, found.too_many) == (1, 1)


def test_names_in_any_script_and_amounts_that_are_not_there_are_the_same_on_both_sides(tmp_path: Path) -> None:
    place = Place(tmp_path, types=("forecast", "quota"))
    content = document(
        entry("日本:é'\"", forecastValue=Decimal("-1234567890123.45"), quotaValue=None), entry("🙂:Ω|;=", quotaValue=3)
    )
    place.load(content)
    with elsewhere(place) as (warehouse, watched):
        (found,) = reconciled(place, warehouse).reconciled
    assert (found.verdict, rows_of(watched)) == (Verdict.SAME, 0)
