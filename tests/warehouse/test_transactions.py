"""A load is one transaction: what ends it halfway, whatever it is, leaves the tables as they were."""

from __future__ import annotations

import pytest

from clari_readiness.errors import WarehouseError
from clari_readiness.warehouse.loading import load, transaction
from tests.warehouse.documents import document, entry, snapshot
from tests.warehouse.shelf import Shelf


@pytest.fixture(autouse=True)
def _emptied(shelf: Shelf) -> None:
    shelf.clear()


def test_a_load_that_fails_halfway_leaves_the_tables_as_they_were_and_can_be_tried_again(shelf: Shelf) -> None:
    shelf.load(document(entry()), snapshot())
    before = shelf.dump()
    staged = shelf.stage(document(entry("2:A", forecastValue=7)))
    weeks = staged.lists["timeFrames"].rename(staged.lists["timeFrames"].with_suffix(".away"))
    with pytest.raises(WarehouseError, match=r"^the warehouse refused the change: .*timeFrames\.json") as refused:
        load(shelf.connection, snapshot("job-2"), staged)
    assert "\n" not in str(refused.value)
    assert shelf.dump() == before
    weeks.rename(staged.lists["timeFrames"])
    assert load(shelf.connection, snapshot("job-2"), staged).inserted == 1


def _add_a_field_and_raise(shelf: Shelf, what: type[BaseException]) -> None:
    with transaction(shelf.connection):
        shelf.connection.execute("INSERT INTO fields (field_id, seen_at) VALUES ('f', now())")
        raise what


@pytest.mark.parametrize("what", [KeyboardInterrupt, SystemExit, ValueError])
def test_what_is_no_error_of_the_warehouse_undoes_the_change_and_is_raised_as_it_is(
    shelf: Shelf, what: type[BaseException]
) -> None:
    with pytest.raises(what):
        _add_a_field_and_raise(shelf, what)
    assert shelf.ask("FROM fields") == []


def test_what_is_committed_stays(shelf: Shelf) -> None:
    with transaction(shelf.connection):
        shelf.connection.execute("INSERT INTO fields (field_id, seen_at) VALUES ('f', now())")
    with pytest.raises(ValueError, match="later"), transaction(shelf.connection):
        raise ValueError("later")
    assert shelf.ask("SELECT field_id FROM fields") == [("f",)]


def test_a_transaction_that_is_gone_already_is_told_in_the_warehouses_words(shelf: Shelf) -> None:
    with pytest.raises(WarehouseError, match="no transaction is active"), transaction(shelf.connection):
        shelf.connection.execute("ROLLBACK")
