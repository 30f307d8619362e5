"""That BigQuery holds the very rows that DuckDB does, as far as what stands in for it can tell."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from clari_readiness.errors import ExporterBusy, WarehouseError
from clari_readiness.warehouse import LedgerEntry
from clari_readiness.warehouse.loaders.bigquery import BigQueryWarehouse
from clari_readiness.warehouse.loaders.bigquery_schema import found
from clari_readiness.warehouse.loaders.bigquery_session import BigQuerySession
from tests.bigquery_server import BigQuery, empty_dataset
from tests.warehouse import test_laws_of_loading as of_loading
from tests.warehouse.bigquery_shelf import BigQueryShelf
from tests.warehouse.documents import ENDED, document, entry, snapshot
from tests.warehouse.server_shelf import VIEWS
from tests.warehouse.shelf import Shelf

EXAMPLES = 50 if os.environ.get("HYPOTHESIS_PROFILE") == "soak" else 3
"""Each statement is said again in DuckDB's words, which takes longer than to run it."""

LOADED = os.environ.get("CLARI_TEST_BIGQUERY_LOAD", "")
_NOT_SHRUNK = [phase for phase in Phase if phase is not Phase.shrink]
"""An example takes a second or two, and to make one smaller takes hundreds of them."""


@pytest.fixture(scope="module")
def there(bigquery: BigQuery, judge: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BigQueryShelf]:
    shelf = BigQueryShelf(tmp_path_factory.mktemp("there"), judge, empty_dataset(bigquery))
    yield shelf
    shelf.connection.close()


@settings(max_examples=EXAMPLES, deadline=None, phases=_NOT_SHRUNK, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_documents_in_any_order_and_again_are_the_same_rows_in_both_engines_and_in_every_view(
    shelf: Shelf, there: BigQueryShelf, data: st.DataObject
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


@pytest.mark.skipif(not LOADED, reason="CLARI_TEST_BIGQUERY_LOAD names no empty dataset of a real BigQuery")
def test_a_real_bigquery_holds_the_same_rows_and_cancels_one_of_two_transactions(
    shelf: Shelf, judge: Any, tmp_path: Path
) -> None:
    session = BigQuerySession.open(LOADED, patience=600.0)
    assert not found(session).is_there, "this dataset has our tables: name an empty one"
    there = BigQueryShelf(tmp_path, judge, LOADED)
    later = snapshot("job-2", at=ENDED + timedelta(days=1))
    for each in (shelf, there):
        each.clear()
        each.load(document(entry("1:A", forecastValue=9999999999999.99), entry("2:A")), snapshot())
        each.load(document(entry("1:A", forecastValue=0.1)), later)
        assert each.load(document(entry("1:A", forecastValue=0.1)), later).inserted == 0
    assert there.dump() == shelf.dump()
    for view in VIEWS:
        mine, theirs = (each.ask(f"FROM {view} ORDER BY ALL") for each in (shelf, there))
        assert theirs == mine, view
    exporter = BigQueryWarehouse(LOADED, tmp_path / "loading")
    with exporter.held():
        session.execute("BEGIN TRANSACTION")
        session.said("UPDATE exporter_lease SET told = 'somebody else' WHERE TRUE")
        with pytest.raises(WarehouseError, match="concurrent update"):
            exporter.record(LedgerEntry("1", later.request, ENDED))
        session.close()
        exporter.record(LedgerEntry("1", later.request, ENDED))
        with pytest.raises(ExporterBusy), BigQueryWarehouse(LOADED, tmp_path / "elsewhere").held():
            pytest.fail("there are two")
