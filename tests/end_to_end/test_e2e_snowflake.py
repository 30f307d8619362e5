"""The reference exporter into what stands in for Snowflake, with the real commands: twice, and the gate over it."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest

from clari_readiness.warehouse.engines.snowflake_url import address_of
from clari_readiness.warehouse.loaders.snowflake import SnowflakeWarehouse
from clari_readiness.warehouse.loaders.snowflake_session import SnowflakeSession
from tests.end_to_end.holdings import ENTRIES, Row, truth
from tests.end_to_end.place import Place, Ran
from tests.snowflake_server import PASSWORD, Snowflake, empty_database

ITEMS = ("RES-05", "API-05", "RES-06", "CLA-02", "CLA-12", "MON-01", "MON-04")


@dataclass(frozen=True)
class Told:
    """A story in a database of its own: what each command said, and what the tables held in the end."""

    place: Place
    busy: Ran
    asked_while_busy: int
    first: Ran
    again: Ran
    loaded: dict[str, list[Row]]
    true: dict[str, list[Row]]
    planned: Ran
    reconciled: Ran
    retained: Ran
    judged: Ran


@pytest.fixture(scope="module")
def told(snowflake: Snowflake, tmp_path_factory: pytest.TempPathFactory) -> Told:
    url = empty_database(snowflake)
    directory = tmp_path_factory.mktemp("snowflake")
    (directory / "url").write_text(url)
    (directory / "url").chmod(0o600)
    place = Place.fresh(directory / "place", history=1)
    line = "# it says itself where it listens"
    place.reword(line, f'{line}\nwarehouse = {{ url = "file://{directory / "url"}" }}')
    elsewhere = SnowflakeWarehouse(url, directory, directory / "elsewhere")
    with place.simulator() as simulator:
        with elsewhere.held():
            busy, asked = place.export(), len(place.journal())
        return Told(
            place,
            busy,
            asked,
            place.export("--period=2027_Q3"),
            place.export(),
            loaded(url),
            truth(place, simulator),
            place.run("plan", "--env=simulated", "--json"),
            place.run("reconcile", "--env=simulated"),
            place.run("retention", "--env=simulated", "--dry-run"),
            place.gate("--env=simulated", "-k", " or ".join(ITEMS)),
        )


def loaded(url: str) -> dict[str, list[Row]]:
    session = SnowflakeSession.open(address_of(url, Path()), patience=5.0)
    rows = defaultdict(list)
    for job_id, *row in session.said(ENTRIES).rows:
        rows[job_id].append(tuple(row))
    session.close()
    return {job_id: sorted(those, key=repr) for job_id, those in rows.items()}


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
    assert all("EXPORT_JOBS" in json.dumps(items[id_]["findings"]) for id_ in ("RES-06", "CLA-02", "MON-01", "MON-04"))


def test_no_command_says_the_password_and_nothing_is_left_lying_about(told: Told) -> None:
    said = [told.busy, told.first, told.again, told.planned, told.reconciled, told.retained, told.judged]
    assert not [each for each in said if PASSWORD in each.said]
    assert {path.name for path in Path(told.place.state).glob("loading*")} == {"loading.exporter.lock"}
