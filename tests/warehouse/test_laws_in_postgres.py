"""The laws of loading, changes and retention in PostgreSQL, and that it holds the very rows that DuckDB does."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from decimal import Decimal
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.elsewhere import new_database
from tests.warehouse import test_laws_of_changes as of_changes
from tests.warehouse import test_laws_of_loading as of_loading
from tests.warehouse import test_laws_of_retention as of_retention
from tests.warehouse.postgres_shelf import PostgresShelf
from tests.warehouse.server_shelf import VIEWS
from tests.warehouse.shelf import Shelf

SOAK = os.environ.get("HYPOTHESIS_PROFILE") == "soak"
EXAMPLES = 500 if SOAK else 15
SETTINGS = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MODULES = (of_loading, of_changes, of_retention) if SOAK else (of_changes, of_retention)
"""The laws of loading follow from DuckDB's where the rows are the same, which is asked below; a soak asks them, too."""


def _laws(*modules: ModuleType) -> Iterator[Any]:
    for module in modules:
        yield from (law for name, law in sorted(vars(module).items()) if name.startswith("test_law_"))


@pytest.fixture(scope="module")
def there(postgres: str, judge: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresShelf]:
    shelf = PostgresShelf(tmp_path_factory.mktemp("there"), judge, new_database(postgres))
    yield shelf
    shelf.connection.close()


@pytest.mark.parametrize(
    "law",
    [*_laws(*MODULES)],
    ids=lambda law: law.__name__[9:],
)
def test_the_law_holds_in_postgres(law: Any, there: PostgresShelf) -> None:
    inner, tried = law.hypothesis.inner_test, []

    def counted(**drawn: Any) -> None:
        inner(shelf=there, **drawn)
        tried.append(1)

    tries: Callable[[], None] = SETTINGS(given(**law.hypothesis._given_kwargs)(counted))
    tries()
    assert len(tried) >= EXAMPLES


@SETTINGS
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


DIVIDED = {"change_pct": "0.0001", "accuracy_pct": "0.1", "coverage": "0.01", "attainment_pct": "0.1"}
"""Columns that DuckDB divides as doubles and PostgreSQL exactly, and the last digit that they are rounded to."""


def _same(column: str, one: Any, other: Any) -> bool:
    if column not in DIVIDED or one is None or other is None:
        return bool(one == other)
    exact = Decimal(str(other))
    return abs(Decimal(str(one)) - exact) <= Decimal(DIVIDED[column]) + abs(exact) * Decimal("1e-12")
