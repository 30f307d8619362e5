"""The laws of loading, changes and retention in PostgreSQL, and that it holds the very rows that DuckDB does."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.elsewhere import new_database
from tests.laws import PROFILE
from tests.warehouse import test_laws_of_changes as of_changes
from tests.warehouse import test_laws_of_loading as of_loading
from tests.warehouse import test_laws_of_retention as of_retention
from tests.warehouse.laws_in_servers import holds, laws_of, name_of, tried
from tests.warehouse.postgres_shelf import PostgresShelf
from tests.warehouse.server_shelf import VIEWS
from tests.warehouse.shelf import Shelf
from tests.warehouse.test_loading_rows import job, listing

SOAK = PROFILE == "soak"
EXAMPLES = 500 if SOAK else 15
OF_LOADING = 500 if SOAK else 5
"""They follow from DuckDB's where the rows are the same, which is asked below: here each says which of them broke."""


@pytest.fixture(scope="module")
def there(postgres: str, judge: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresShelf]:
    shelf = PostgresShelf(tmp_path_factory.mktemp("there"), judge, new_database(postgres))
    yield shelf
    shelf.connection.close()


@pytest.mark.parametrize("law", laws_of(of_loading, of_changes, of_retention), ids=name_of)
def test_the_law_holds_in_postgres(law: Any, there: PostgresShelf) -> None:
    holds(law, there, OF_LOADING if law.__module__ == of_loading.__name__ else EXAMPLES)


@tried(EXAMPLES)
@given(st.data())
def test_documents_in_any_order_and_again_are_the_same_rows_in_both_engines_and_in_every_view(
    shelf: Shelf, there: PostgresShelf, data: st.DataObject
) -> None:
    several = [data.draw(of_loading.jobs(number)) for number in range(data.draw(st.integers(1, 3)))]
    if data.draw(st.booleans()):  # too rare to be left to chance
        several.append(of_loading.meeting(several[0], len(several)))
    again = data.draw(st.lists(st.sampled_from(several), max_size=1))
    for each in (shelf, there):
        each.clear()
    of_loading.load(shelf, *several, *again)
    of_loading.load(there, *data.draw(st.permutations([*several, *again])))
    assert there.dump() == shelf.dump()
    for view in VIEWS:
        columns = [name for name, *_ in shelf.ask(f"DESCRIBE {view}")]
        mine, theirs = (each.ask(f"FROM {view} ORDER BY ALL") for each in (shelf, there))
        assert len(theirs) == len(mine), view
        for one, other in zip(mine, theirs, strict=True):
            assert all(map(_same, columns, one, other)), (view, one, other)


MAY_BE_MISSING = {
    ("users", "crmId"): "users.crm_id",
    ("users", "scopeId"): "users.scope_id",
    ("users", "hierarchyId"): "users.hierarchy_id",
    ("users", "hierarchyName"): "users.hierarchy_name",
    ("users", "parentHierarchyId"): "users.parent_hierarchy_id",
    ("users", "parentHierarchyName"): "users.parent_hierarchy_name",
    ("timePeriods", "crmId"): "time_periods.crm_id",
}
"""What Clari may leave out -> where it is kept."""
NULL_OR_THAT = "\x7f"
"""Greater than what stands behind it, which would decide if a NULL were left out."""


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize(("listed", "missing"), MAY_BE_MISSING)
def test_of_one_moment_a_null_is_the_greater_in_both_engines_whatever_stands_behind_it(
    shelf: Shelf, there: PostgresShelf, listed: str, missing: str, order: tuple[int, int]
) -> None:
    known, unknown = listing(3), listing(3)
    known[listed][0][missing] = NULL_OR_THAT
    del unknown[listed][0][missing]
    seen = [(job(1), known), (job(2), unknown)]
    for each in (shelf, there):
        each.clear()
        of_loading.load(each, *(seen[number] for number in order))
    assert there.dump() == shelf.dump()
    table, column = MAY_BE_MISSING[listed, missing].split(".")
    ((kept,),) = there.ask(f"SELECT {column} FROM {table}")  # noqa: S608 - literals above
    assert kept.strip('"').replace("\\u007f", NULL_OR_THAT) == NULL_OR_THAT  # a scope is kept as JSON


DIVIDED = {"change_pct": "0.0001", "accuracy_pct": "0.1", "coverage": "0.01", "attainment_pct": "0.1"}
"""Columns that DuckDB divides as doubles and PostgreSQL exactly, and the last digit that they are rounded to."""


def _same(column: str, one: Any, other: Any) -> bool:
    if column not in DIVIDED or one is None or other is None:
        return bool(one == other)
    exact = Decimal(str(other))
    return abs(Decimal(str(one)) - exact) <= Decimal(DIVIDED[column]) + abs(exact) * Decimal("1e-12")
