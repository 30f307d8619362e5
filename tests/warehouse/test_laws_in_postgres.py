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
from tests.warehouse.postgres_shelf import VIEWS, PostgresShelf
from tests.warehouse.shelf import Shelf

EXAMPLES = 2_000 if os.environ.get("HYPOTHESIS_PROFILE") == "soak" else 15
SETTINGS = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _laws(*modules: ModuleType) -> Iterator[Any]:
    for module in modules:
        yield from (law for name, law in sorted(vars(module).items()) if name.startswith("test_law_"))


@pytest.fixture(scope="module")
def there(postgres: str, judge: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresShelf]:
    shelf = PostgresShelf(tmp_path_factory.mktemp("there"), judge, new_database(postgres))
    yield shelf
    shelf.connection.close()


@pytest.mark.parametrize("law", [*_laws(of_loading, of_changes, of_retention)], ids=lambda law: law.__name__[9:])
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
def test_documents_are_the_same_rows_in_both_engines_and_in_every_view(
    shelf: Shelf, there: PostgresShelf, data: st.DataObject
) -> None:
    several = [data.draw(of_loading.jobs(number)) for number in range(data.draw(st.integers(1, 3)))]
    if data.draw(st.booleans()):
        several.append(of_loading.meeting(several[0], len(several)))
    for each in (shelf, there):
        each.clear()
        of_loading.load(each, *several)
    assert there.dump() == shelf.dump()
    for view in VIEWS:
        sql = f"FROM {view} ORDER BY ALL"
        assert [_comparable(row) for row in there.ask(sql)] == [_comparable(row) for row in shelf.ask(sql)], view


def _comparable(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Leave out of per cents and ratios what a double cannot tell: DuckDB divides so, and PostgreSQL exactly."""
    return tuple(f"{value:.12g}" if isinstance(value, float | Decimal) else value for value in row)
