"""The reference exporter into what stands in for Snowflake, with the real commands: twice, and the gate over it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from clari_readiness.warehouse.engines.snowflake_url import address_of
from clari_readiness.warehouse.loaders.snowflake import SnowflakeWarehouse
from clari_readiness.warehouse.loaders.snowflake_session import SnowflakeSession
from tests.end_to_end import in_a_server
from tests.end_to_end.holdings import ENTRIES, Row, truth
from tests.end_to_end.in_a_server import Afterwards
from tests.end_to_end.place import Place, Ran
from tests.snowflake_server import PASSWORD, Snowflake, empty_database


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
    afterwards: Afterwards


@pytest.fixture(scope="module")
def told(snowflake: Snowflake, tmp_path_factory: pytest.TempPathFactory) -> Told:
    url = empty_database(snowflake)
    directory = tmp_path_factory.mktemp("snowflake")
    (directory / "url").write_text(url)
    (directory / "url").chmod(0o600)
    place = in_a_server.fresh(directory / "place", f"file://{directory / 'url'}")
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
            in_a_server.afterwards(place),
        )


def loaded(url: str) -> dict[str, list[Row]]:
    with closing(SnowflakeSession.open(address_of(url, Path()), patience=5.0)) as session:
        return in_a_server.by_job(session.said(ENTRIES).rows)


def test_while_another_machine_exports_nothing_is_asked_of_clari(told: Told) -> None:
    in_a_server.assert_refused_for_another(told.busy)
    assert told.asked_while_busy == 0


def test_two_exports_are_two_jobs_and_the_tables_are_exact(told: Told) -> None:
    assert (told.first.code, told.again.code, told.again.err) == (0, 0, ""), (told.first, told.again)
    assert set(told.loaded) == set(told.true)
    in_a_server.assert_two_jobs_are_loaded(told.place, told.loaded, told.true)


def test_nothing_is_due_any_more_and_clari_and_the_warehouse_are_the_same(told: Told) -> None:
    in_a_server.assert_settled(told.afterwards)


def test_the_gate_asks_the_ledger_beside_the_tables(told: Told) -> None:
    in_a_server.assert_ledger_is_asked(told.place, told.afterwards, "EXPORT_JOBS")


def test_no_command_says_the_password_and_nothing_is_left_lying_about(told: Told) -> None:
    said = [told.busy, told.first, told.again, *told.afterwards.all]
    assert not [each for each in said if PASSWORD in each.said]
    assert {path.name for path in Path(told.place.state).glob("loading*")} == {"loading.exporter.lock"}
