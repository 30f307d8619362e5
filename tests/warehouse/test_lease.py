"""Who may load into Snowflake: one run at a time, wherever it is, until it has been silent for too long."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from clari_readiness.errors import ExporterBusy, WarehouseError
from clari_readiness.model.exports import ExportRequest
from clari_readiness.warehouse import LedgerEntry
from clari_readiness.warehouse.engines.snowflake_url import address_of
from clari_readiness.warehouse.loaders.snowflake import SnowflakeWarehouse
from clari_readiness.warehouse.loaders.snowflake_session import SnowflakeSession
from tests.snowflake_server import Snowflake, empty_database
from tests.warehouse.documents import ENDED

LINE = LedgerEntry("1", ExportRequest("net_bookings", "2027_Q3", ("quota",)), ENDED)
SILENT = "UPDATE exporter_lease SET ends_at = DATEADD(SECOND, -1, SYSDATE())"

Machine = Callable[..., SnowflakeWarehouse]


@pytest.fixture
def url(snowflake: Snowflake) -> str:
    return empty_database(snowflake)


@pytest.fixture
def server(url: str) -> Iterator[SnowflakeSession]:
    session = SnowflakeSession.open(address_of(url, Path()), patience=1.0)
    yield session
    session.close()


@pytest.fixture
def machine(url: str, tmp_path: Path) -> Machine:
    def exporter(name: str, **options: Any) -> SnowflakeWarehouse:
        return SnowflakeWarehouse(url, tmp_path, tmp_path / name / "loading", patience=1.0, **options)

    return exporter


def test_one_exporter_at_a_time_whichever_machine_it_is_on(machine: Machine) -> None:
    first, other = machine("here"), machine("elsewhere")
    with first.held():
        first.close()  # as while it waits for Clari
        busy = r"another exporter is at work on this warehouse \(process \d+ on .*; if that is dead, its lease ends at"
        with pytest.raises(ExporterBusy, match=busy), other.held():
            pytest.fail("there are two")
        assert other.ledger() == []  # who only reads the ledger is not kept away
        first.record(LINE)
    with other.held():
        assert other.ledger() == [LINE]


def test_who_died_is_followed_at_once_in_the_same_place_and_elsewhere_when_its_lease_has_ended(
    machine: Machine, server: SnowflakeSession
) -> None:
    dead = machine("here").held()
    dead.__enter__()
    with machine("here").held():
        pass
    dead = machine("here").held()
    dead.__enter__()
    with pytest.raises(ExporterBusy), machine("elsewhere").held():
        pytest.fail("there are two")
    server.said(SILENT)
    with machine("elsewhere").held():
        pass


def test_who_was_silent_for_too_long_commits_nothing_once_another_has_taken_over(
    machine: Machine, server: SnowflakeSession
) -> None:
    silent, other = machine("here"), machine("elsewhere")
    with silent.held():
        server.said(SILENT)
        with other.held():
            other.record(LINE)
            with pytest.raises(ExporterBusy, match=r"another exporter has taken over from this one \(process \d+ on"):
                silent.record(LedgerEntry("2", LINE.request, ENDED))
            assert other.ledger() == [LINE]
            other.record(LINE)  # whose lease it still is
    with other.held():
        assert other.ledger() == [LINE]


def test_who_lives_keeps_its_lease_while_it_only_waits(machine: Machine, server: SnowflakeSession) -> None:
    with machine("here", term=3.0).held():
        (first,) = server.said("SELECT ends_at FROM exporter_lease").rows[0]
        until, now = time.monotonic() + 60, first
        while now == first and time.monotonic() < until:
            time.sleep(0.1)
            (now,) = server.said("SELECT ends_at FROM exporter_lease").rows[0]
        assert now > first
    assert server.said("SELECT holder FROM exporter_lease").rows == [(None,)]


def test_a_session_that_ended_is_followed_by_one_under_the_same_lease(machine: Machine, snowflake: Snowflake) -> None:
    exporter = machine("here")
    with exporter.held():
        exporter.record(LINE)
        snowflake.door.refuse("SELECT", "390111", "Session no longer exists.")
        with pytest.raises(WarehouseError, match="the connection was lost"):
            exporter.ledger()
        exporter.record(LINE)
        with pytest.raises(ExporterBusy), machine("elsewhere").held():
            pytest.fail("there are two")
