"""That BigQuery holds the very rows that DuckDB does, as far as what stands in for it can tell."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from clari_readiness.errors import ExporterBusy, WarehouseError
from clari_readiness.model.exports import ExportRequest
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

OF_SCOPE = ExportRequest("net_bookings", "2027_Q3", ("forecast",), scope_id="s1")
LOADED = os.environ.get("CLARI_TEST_BIGQUERY_LOAD", "")
_NOT_SHRUNK = [phase for phase in Phase if phase is not Phase.shrink]
"""An example takes a second or two, and to make one smaller takes hundreds of them."""


@pytest.fixture(scope="module")
def there(bigquery: BigQuery, judge: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BigQueryShelf]:
    shelf = BigQueryShelf(tmp_path_factory.mktemp("there"), judge, empty_dataset(bigquery))
    yield shelf
    shelf.connection.close()


def story(shelf: Shelf) -> None:
    """Load what has a row in every view, each in its own way: quotas on a field of their own, of one who has nothing
    else; a job of other types, one of a scope, one that comes late, one again; who vanished.
    """
    team = [
        {"userId": "1:A", "name": "Ann", "email": "a@example.com", "hierarchyId": "h1"},
        {"userId": "2:A", "name": "Bob", "email": "b@example.com", "hierarchyId": "h2", "parentHierarchyId": "h1"},
        {"userId": "3:A", "name": "Cid", "email": "c@example.com", "hierarchyId": "h3", "parentHierarchyId": "h1"},
    ]
    fields = [{"fieldId": each, "fieldName": each, "fieldType": "CURRENCY"} for each in ("fc_commit", "quota")]
    both = {"users": team, "fields": fields}
    every = ("forecast", "quota", "adjustment", "crm_total", "crm_closed")
    weeks = ("TF:2026-08-05", "TF:2026-08-12")
    first = [entry(user, week, crmTotal=70, crmClosed=33.3) for user in ("1:A", "2:A") for week in weeks]
    quotas = [entry(user, weeks[1], fieldId="quota", forecastValue=None, quotaValue=90) for user in ("2:A", "3:A")]
    gone = entry("3:A", weeks[1], adjustmentValue=-0.01)
    shelf.load(document(*first, *quotas, gone, **both), snapshot("job-1", types=every))
    shelf.load(document(*first, *quotas, **both), snapshot("job-3", at=ENDED + timedelta(days=2), types=every))
    late = document(entry("2:A", weeks[1], forecastValue=12345.67), **both)
    shelf.load(late, snapshot("job-2", at=ENDED + timedelta(days=1)))
    part = replace(snapshot("job-4", at=ENDED + timedelta(days=3)), request=OF_SCOPE)
    for _ in range(2):
        shelf.load(document(entry("2:A", weeks[1], forecastValue=0.1, odd="ü"), **both), part)


def test_what_every_view_makes_of_a_story_is_the_same_in_both_engines(shelf: Shelf, there: BigQueryShelf) -> None:
    for each in (shelf, there):
        each.clear()
        story(each)
    assert there.dump() == shelf.dump()
    for view in VIEWS:
        mine, theirs = (each.ask(f"FROM {view} ORDER BY ALL") for each in (shelf, there))
        assert mine, view
        assert theirs == mine, view


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
    for each in (shelf, there):
        each.clear()
        story(each)
    assert there.dump() == shelf.dump()
    for view in VIEWS:
        mine, theirs = (each.ask(f"FROM {view} ORDER BY ALL") for each in (shelf, there))
        assert theirs == mine, view
    exporter = BigQueryWarehouse(LOADED, tmp_path / "loading")
    with exporter.held():
        session.execute("BEGIN TRANSACTION")
        session.said("UPDATE exporter_lease SET told = 'somebody else' WHERE TRUE")
        with pytest.raises(WarehouseError, match="concurrent update"):
            exporter.record(LedgerEntry("1", OF_SCOPE, ENDED))
        session.close()
        exporter.record(LedgerEntry("1", OF_SCOPE, ENDED))
        with pytest.raises(ExporterBusy), BigQueryWarehouse(LOADED, tmp_path / "elsewhere").held():
            pytest.fail("there are two")
