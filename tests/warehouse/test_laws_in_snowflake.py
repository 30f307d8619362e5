"""That Snowflake holds the very rows that DuckDB does, as far as what stands in for it can tell."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.snowflake_server import Snowflake, empty_database
from tests.warehouse import test_laws_of_loading as of_loading
from tests.warehouse.server_shelf import VIEWS
from tests.warehouse.shelf import Shelf
from tests.warehouse.snowflake_shelf import SnowflakeShelf

EXAMPLES = 50 if os.environ.get("HYPOTHESIS_PROFILE") == "soak" else 3
"""Each statement is said again in DuckDB's words, which takes longer than to run it."""


@pytest.fixture(scope="module")
def there(snowflake: Snowflake, judge: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SnowflakeShelf]:
    shelf = SnowflakeShelf(tmp_path_factory.mktemp("there"), judge, empty_database(snowflake))
    yield shelf
    shelf.connection.close()


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_documents_in_any_order_and_again_are_the_same_rows_in_both_engines_and_in_every_view(
    shelf: Shelf, there: SnowflakeShelf, data: st.DataObject
) -> None:
    several = [data.draw(of_loading.jobs(number)) for number in range(data.draw(st.integers(1, 2)))]
    several.append(of_loading.meeting(several[0], len(several)))
    again = data.draw(st.lists(st.sampled_from(several), max_size=1))
    for each in (shelf, there):
        each.clear()
    of_loading.load(shelf, *several, *again)
    of_loading.load(there, *data.draw(st.permutations([*several, *again])))
    assert there.dump() == shelf.dump()
    for view in VIEWS:
        mine, theirs = (each.ask(f"FROM {view} ORDER BY ALL") for each in (shelf, there))
        assert theirs == mine, view
