"""The reference exporter into what stands in for BigQuery, with the real commands: twice, and the gate over it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from clari_readiness.warehouse.loaders.bigquery import BigQueryWarehouse
from clari_readiness.warehouse.loaders.bigquery_session import BigQuerySession
from clari_readiness.warehouse.statements import statement
from tests.bigquery_server import BigQuery, bigquery_server, empty_dataset
from tests.end_to_end.holdings import ENTRIES, Row, truth
from tests.end_to_end.place import Place, Ran

ITEMS = ("RES-05", "API-05", "RES-06", "CLA-02", "CLA-12", "MON-01", "MON-04")
OURS = ("forecast_entries", "export_jobs", "exporter_lease")


@dataclass(frozen=True)
class Told:
    """A story in a dataset of its own: what each command said, and what the tables held in the end."""

    place: Place
    nowhere: Ran
    busy: Ran
    asked_while_busy: int
    first: Ran
    again: Ran
    loaded: dict[str, list[Row]]
    tables: list[str]
    true: dict[str, list[Row]]
    planned: Ran
    reconciled: Ran
    retained: Ran
    judged: Ran


@pytest.fixture(scope="module")
def bigquery() -> Iterator[BigQuery]:
    """Return a stand-in of this story's own, in which nobody else has left a session."""
    with bigquery_server() as server:
        yield server


@pytest.fixture(scope="module")
def told(bigquery: BigQuery, tmp_path_factory: pytest.TempPathFactory) -> Told:
    url = empty_dataset(bigquery)
    directory = tmp_path_factory.mktemp("bigquery")
    place = Place.fresh(directory / "place", history=1)
    line = "# it says itself where it listens"
    place.reword(line, f'{line}\nwarehouse = {{ url = "{url.replace("/main?", "/nowhere?")}" }}')
    elsewhere = BigQueryWarehouse(url, directory / "elsewhere")
    with place.simulator() as simulator:
        nowhere = place.export()
        place.reword("/nowhere?", "/main?")
        with elsewhere.held():
            busy, asked = place.export(), len(place.journal())
        return Told(
            place,
            nowhere,
            busy,
            asked,
            place.export("--period=2027_Q3"),
            place.export(),
            *loaded(url),
            truth(place, simulator),
            place.run("plan", "--env=simulated", "--json"),
            place.run("reconcile", "--env=simulated"),
            place.run("retention", "--env=simulated", "--dry-run"),
            place.gate("--env=simulated", "-k", " or ".join(ITEMS)),
        )


def loaded(url: str) -> tuple[dict[str, list[Row]], list[str]]:
    session = BigQuerySession.open(url, patience=30.0)
    rows = defaultdict(list)
    for job_id, *row in session.said(ENTRIES).rows:
        rows[job_id].append(tuple(row))
    tables = [name for (name,) in session.execute(statement("retention/tables")).rows]
    session.close()
    return {job_id: sorted(those, key=repr) for job_id, those in rows.items()}, tables


def test_a_dataset_that_is_missing_is_one_line_before_clari_is_asked(told: Told) -> None:
    assert told.nowhere.code == 1, told.nowhere
    (line,) = told.nowhere.lines
    assert "/nowhere refuses: Not found: Dataset " in line
    assert "make it, or mend `warehouse.url`" in line


def test_while_another_machine_exports_nothing_is_asked_of_clari(told: Told) -> None:
    assert told.busy.code == 1
    (line,) = told.busy.lines
    assert "another exporter is at work on this warehouse (process " in line
    assert "let it finish, or stop it" in line
    assert told.asked_while_busy == 0


def test_two_exports_are_two_jobs_and_the_tables_are_exact(told: Told) -> None:
    assert (told.first.code, told.again.code, told.again.err) == (0, 0, ""), (told.first, told.again)
    assert [json.loads(line["body"])["timePeriod"] for line in told.place.posts()] == ["2027_Q3", "2027_Q4"]
    assert len(told.loaded) == 2
    assert told.loaded == told.true


def test_nothing_is_due_any_more_and_clari_and_the_warehouse_are_the_same(told: Told) -> None:
    assert [each["due"] for each in json.loads(told.planned.out)] == [False, False], told.planned
    assert told.reconciled.code == 0, told.reconciled
    assert told.retained.code == 0, told.retained


def test_the_gate_asks_the_ledger_beside_the_tables(told: Told) -> None:
    items = {each["id"]: each for each in told.place.report()["items"]}
    assert {id_: items[id_]["result"] for id_ in ITEMS} == dict.fromkeys(ITEMS, "PASS"), told.judged.said
    assert all("export_jobs" in json.dumps(items[id_]["findings"]) for id_ in ("RES-06", "CLA-02", "MON-01", "MON-04"))


def test_nothing_is_left_lying_about(told: Told, bigquery: BigQuery) -> None:
    assert set(OURS) <= set(told.tables)
    assert not [name for name in told.tables if name.startswith("staged_")]
    assert not [each for each in bigquery.engine.sessions.values() if each.begun is not None]
    assert {path.name for path in Path(told.place.state).glob("loading*")} == {"loading.exporter.lock"}
