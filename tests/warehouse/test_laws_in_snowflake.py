"""The laws of loading, changes and retention in Snowflake, and that it holds the very rows that DuckDB does.

As far as what stands in for it can tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.laws import PROFILE
from tests.snowflake_server import Snowflake, empty_database
from tests.warehouse import test_laws_of_changes as of_changes
from tests.warehouse import test_laws_of_loading as of_loading
from tests.warehouse import test_laws_of_retention as of_retention
from tests.warehouse.laws_in_servers import holds, laws_of, name_of, tried
from tests.warehouse.server_shelf import VIEWS
from tests.warehouse.shelf import Shelf
from tests.warehouse.snowflake_shelf import SnowflakeShelf

EXAMPLES = 50 if PROFILE == "soak" else 3
"""Each statement is said again in DuckDB's words, which takes longer than to run it."""
OF_EACH = 20 if PROFILE == "soak" else 2
"""The first is the least that there is, the second is any."""
OF_LOADING = 20 if PROFILE == "soak" else 1
"""A document takes seconds: the least one says which law broke, and what chance finds is asked below."""


@pytest.fixture(scope="module")
def there(snowflake: Snowflake, judge: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SnowflakeShelf]:
    shelf = SnowflakeShelf(tmp_path_factory.mktemp("there"), judge, empty_database(snowflake))
    yield shelf
    shelf.connection.close()


@pytest.mark.parametrize("law", laws_of(of_loading, of_changes, of_retention), ids=name_of)
def test_the_law_holds_in_snowflake(law: Any, there: SnowflakeShelf) -> None:
    holds(law, there, OF_LOADING if law.__module__ == of_loading.__name__ else OF_EACH)


@tried(EXAMPLES)
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
