"""What holds of any two sides: equal ones differ in nothing, one planted fault is named, and it is symmetric."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clari_readiness.model.calendar import Quarter
from clari_readiness.model.exports import EXPORT_TYPES
from clari_readiness.model.reconciliation import Reconciled, Verdict
from clari_readiness.reconcile.comparison import SHOWN, compare
from clari_readiness.warehouse import ComparedWarehouse, Question, StagedEntries, Tables
from clari_readiness.warehouse.engines import DuckDBEngine
from clari_readiness.warehouse.statements import statement
from tests.reconcile.place import JUDGE
from tests.strategies import forecast_documents
from tests.warehouse.documents import land

pytestmark = pytest.mark.database

QUARTER = Quarter(2027, 3)
DOCUMENTS = forecast_documents(quarter=QUARTER, types=EXPORT_TYPES, max_entries=6)
AT = datetime(2026, 9, 1, 6)  # noqa: DTZ001 - as the table keeps it
TYPES = ("forecast", "quota", "adjustment", "crm_total", "crm_closed")
KEY = "time_frame_id, user_id, field_id, currency"
AMOUNTS = "forecast_amount, quota_amount, adjustment_amount, crm_total, crm_closed"
SIZES = st.integers(1, 5_000).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1)))


class Scales:
    """Two sides in one connection: what is staged, and a table as a team has it."""

    def __init__(self, scratch: Path) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("SET TimeZone = 'UTC'; SET threads = 1")
        self.connection.execute(
            "CREATE TABLE clari_forecasts (forecast_name VARCHAR, time_period VARCHAR, exported_at TIMESTAMP,"
            " job_id VARCHAR, time_frame_id VARCHAR, user_id VARCHAR, field_id VARCHAR, currency VARCHAR,"
            " forecast_amount DECIMAL(15, 2), quota_amount DECIMAL(15, 2), adjustment_amount DECIMAL(15, 2),"
            " crm_total DECIMAL(15, 2), crm_closed DECIMAL(15, 2))"
        )
        self._warehouse = ComparedWarehouse(DuckDBEngine(self.connection, "the scales"), Tables(), scratch)
        self._directory = scratch

    def stage(self, content: Any) -> StagedEntries:
        return self._warehouse.stage(land(self._directory, content), JUDGE, {})

    def put(self) -> None:
        """Make what is staged the team's side, and nothing else."""
        self.connection.execute("DELETE FROM clari_forecasts")
        self.connection.execute(
            "INSERT INTO clari_forecasts"  # noqa: S608 - our own columns
            f" SELECT 'net_bookings', time_period_id, TIMESTAMP '{AT}', 'job-1', {KEY},"
            f" {AMOUNTS} FROM staged_entries"
        )

    def many(self, size: int) -> StagedEntries:
        """Make so many rows, the same on both sides."""
        self.connection.execute(statement("staged_entries"))
        self.connection.execute(
            "INSERT INTO staged_entries (field_id, time_period_id, time_frame_id, user_id, currency, forecast_amount,"  # noqa: S608 - ours
            f" quota_amount) SELECT 'fc_commit', '{QUARTER}', 'TF:' || (i % 7), (i // 7) || ':A', '', i / 100, NULL"
            " FROM range($size) AS r(i)",
            {"size": size},
        )
        self.put()
        return StagedEntries({}, size, (str(QUARTER),), ())

    def spoil(self, sql: str, victim: int) -> None:
        """Change the team's row of that number."""
        where = f"WHERE user_id = '{victim // 7}:A' AND time_frame_id = 'TF:{victim % 7}'"
        self.connection.execute(f"{sql} {where}")

    def weigh(self, staged: StagedEntries) -> Reconciled:
        question = Question("net_bookings", str(QUARTER), AT, "job-1")
        return compare(self._warehouse, question, staged, types=TYPES, kind="exact")


@pytest.fixture(scope="module")
def scales(tmp_path_factory: pytest.TempPathFactory) -> Scales:
    return Scales(tmp_path_factory.mktemp("scales"))


def named(found: Reconciled) -> list[tuple[str, str, str]]:
    return [(each.kind, each.user_id, each.time_frame_id) for each in found.offences]


@given(DOCUMENTS)
def test_law_equal_sides_differ_in_nothing(scales: Scales, content: dict[str, Any]) -> None:
    staged = scales.stage(content)
    scales.put()
    found = scales.weigh(staged)
    assert found.verdict is Verdict.SAME
    assert found.expected_rows == found.found_rows == staged.entries
    assert all(each.expected == each.found for each in found.amounts)
    assert found.offences == ()


@given(DOCUMENTS, DOCUMENTS)
def test_law_what_one_side_lacks_the_other_has_too_many_of(
    scales: Scales, one: dict[str, Any], other: dict[str, Any]
) -> None:
    scales.stage(one)
    scales.put()
    there = scales.weigh(scales.stage(other))
    scales.put()
    back = scales.weigh(scales.stage(one))
    assert (there.missing, there.too_many, there.differing) == (back.too_many, back.missing, back.differing)
    assert [(each.expected, each.found) for each in there.amounts] == [
        (each.found, each.expected) for each in back.amounts
    ]
    turned = {"missing": "too many", "too many": "missing", "differs": "differs"}
    assert {str(each) for each in there.offences} == {
        str(replace(each, kind=turned[each.kind], expected=each.found, found=each.expected))  # type: ignore[arg-type]
        for each in back.offences
    }


FAULTS: dict[str, tuple[str, Callable[[str, str], list[tuple[str, str, str]]]]] = {
    "loss": ("DELETE FROM clari_forecasts", lambda user, week: [("missing", user, week)]),
    "duplicate": (
        "INSERT INTO clari_forecasts SELECT * FROM clari_forecasts",
        lambda user, week: [("twice", user, week)],
    ),
    "cent": (
        "UPDATE clari_forecasts SET forecast_amount = forecast_amount - 0.01",
        lambda user, week: [("differs", user, week)],
    ),
    "nothing instead of an amount": (
        "UPDATE clari_forecasts SET forecast_amount = NULL",
        lambda user, week: [("differs", user, week)],
    ),
    "key": (
        "UPDATE clari_forecasts SET user_id = 'somebody else'",
        lambda user, week: [("missing", user, week), ("too many", "somebody else", week)],
    ),
    "key that is nothing": (
        "UPDATE clari_forecasts SET user_id = NULL",
        lambda user, week: [("missing", user, week), ("too many", None, week)],  # type: ignore[list-item]
    ),
}


@given(st.sampled_from(sorted(FAULTS)), SIZES)
@example("loss", (1, 0))
@example("cent", (5_000, 4_999))
def test_law_one_planted_fault_is_found_and_named_whatever_the_size(
    scales: Scales, fault: str, size_and_victim: tuple[int, int]
) -> None:
    size, victim = size_and_victim
    staged = scales.many(size)
    assert scales.weigh(staged).verdict is Verdict.SAME
    sql, expected = FAULTS[fault]
    scales.spoil(sql, victim)
    found = scales.weigh(staged)
    assert found.verdict is Verdict.DIFFERENT
    assert named(found) == expected(f"{victim // 7}:A", f"TF:{victim % 7}")
    assert found.missing + found.too_many + found.differing == len(found.offences)


@given(st.integers(0, 200))
@example(0)
def test_law_of_each_kind_at_most_twenty_are_named_and_all_are_counted(scales: Scales, lost: int) -> None:
    staged = scales.many(200)
    scales.connection.execute("DELETE FROM clari_forecasts WHERE forecast_amount < $below", {"below": lost / 100})
    found = scales.weigh(staged)
    assert (found.missing, len(found.offences)) == (lost, min(lost, SHOWN))


def test_two_swapped_amounts_leave_the_sum_and_are_found(scales: Scales) -> None:
    staged = scales.many(10)
    scales.connection.execute(
        "UPDATE clari_forecasts SET forecast_amount = 0.13 - forecast_amount WHERE forecast_amount IN (0.05, 0.08)"
    )
    found = scales.weigh(staged)
    assert found.amounts[0].expected == found.amounts[0].found
    assert found.differing == 2
