"""Who may load into BigQuery: one run at a time, and nobody whom a dead run's open transaction keeps away for a day."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from clari_readiness.errors import ExporterBusy, WarehouseError
from clari_readiness.model.exports import ExportRequest
from clari_readiness.warehouse import LedgerEntry
from clari_readiness.warehouse.loaders.bigquery import BigQueryWarehouse
from clari_readiness.warehouse.loaders.bigquery_session import BigQuerySession
from tests.bigquery_server import BigQuery, empty_dataset
from tests.warehouse.documents import ENDED

LINE = LedgerEntry("1", ExportRequest("net_bookings", "2027_Q3", ("quota",)), ENDED)
OTHER = LedgerEntry("2", LINE.request, ENDED)
SILENT = "UPDATE exporter_lease SET ends_at = DATETIME_ADD(CURRENT_DATETIME('UTC'), INTERVAL -1 SECOND) WHERE TRUE"

Machine = Callable[..., BigQueryWarehouse]


@pytest.fixture
def url(bigquery: BigQuery) -> str:
    return empty_dataset(bigquery)


@pytest.fixture
def server(url: str) -> Iterator[BigQuerySession]:
    session = BigQuerySession.open(url, patience=5.0)
    yield session
    session.close()


@pytest.fixture
def machine(url: str, tmp_path: Path) -> Machine:
    def exporter(name: str, **options: Any) -> BigQueryWarehouse:
        return BigQueryWarehouse(url, tmp_path / name / "loading", patience=5.0, **options)

    return exporter


@contextmanager
def killed(exporter: BigQueryWarehouse) -> Iterator[str]:
    """Have it die in a transaction that has changed the lease; the id of its session is yielded."""
    with exporter.held():
        session = exporter._session()
        session.execute("BEGIN TRANSACTION")
        yield session.id
        session._release()  # or what keeps its lease would wait for ever: a process that is killed takes that with it


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


def test_who_was_killed_in_a_transaction_is_followed_at_once_in_the_same_place(
    machine: Machine, bigquery: BigQuery
) -> None:
    with killed(machine("here")) as session:
        assert bigquery.engine.sessions[session].changed
        with machine("here").held():
            assert session not in bigquery.engine.sessions


def test_who_was_killed_in_a_transaction_is_followed_elsewhere_when_its_lease_has_ended(
    machine: Machine, bigquery: BigQuery
) -> None:
    with killed(machine("here", term=2.0)) as session:
        with pytest.raises(ExporterBusy), machine("elsewhere").held():
            pytest.fail("there are two")
        assert bigquery.engine.sessions[session].changed
        time.sleep(2.0)
        with machine("elsewhere").held():
            assert session not in bigquery.engine.sessions


def test_who_was_silent_for_too_long_commits_nothing_once_another_has_taken_over(
    machine: Machine, server: BigQuerySession
) -> None:
    silent, other = machine("here"), machine("elsewhere")
    with silent.held():
        server.said(SILENT)
        with other.held():
            other.record(LINE)
            with pytest.raises(ExporterBusy, match=r"another exporter has taken over from this one \(process \d+ on"):
                silent.record(OTHER)
            assert other.ledger() == [LINE]
            other.record(LINE)  # whose lease it still is
    with other.held():
        assert other.ledger() == [LINE]


def test_of_two_transactions_that_change_the_lease_one_is_canceled_and_nothing_of_it_stays(
    machine: Machine, server: BigQuerySession
) -> None:
    exporter = machine("here")
    with exporter.held():
        exporter.record(LINE)
        server.execute("BEGIN TRANSACTION")
        server.said("UPDATE exporter_lease SET told = 'somebody else' WHERE TRUE")
        with pytest.raises(WarehouseError, match=r"concurrent update against table .*exporter_lease.*; another expo"):
            exporter.record(OTHER)
        server.execute("ROLLBACK")
        assert exporter.ledger() == [LINE]
        exporter.record(OTHER)
        assert exporter.ledger() == [LINE, OTHER]


def test_a_lease_is_made_to_last_between_transactions_and_not_within_one(
    machine: Machine, server: BigQuerySession
) -> None:
    exporter = machine("here", term=1.5)
    with exporter.held():
        exporter.record(LINE)
        session = exporter._session()
        session.execute("BEGIN TRANSACTION")
        (first,) = server.said("SELECT ends_at FROM exporter_lease").rows[0]
        time.sleep(1.0)
        assert server.said("SELECT ends_at FROM exporter_lease").rows == [(first,)]
        session.execute("COMMIT")  # which nothing has got in the way of
        until, now = time.monotonic() + 30, first
        while now <= first and time.monotonic() < until:
            time.sleep(0.1)
            (now,) = server.said("SELECT ends_at FROM exporter_lease").rows[0]
        assert now > first
    assert server.said("SELECT holder, in_session FROM exporter_lease").rows == [(None, None)]


def test_a_session_that_ended_is_followed_by_one_under_the_same_lease(machine: Machine, bigquery: BigQuery) -> None:
    exporter = machine("here")
    with exporter.held():
        exporter.record(LINE)
        bigquery.engine.sessions.clear()
        with pytest.raises(WarehouseError, match="has been terminated"):
            exporter.record(LINE)
        exporter.record(OTHER)
        with pytest.raises(ExporterBusy), machine("elsewhere").held():
            pytest.fail("there are two")


def test_the_statements_of_the_lease_tell_nothing_of_the_machine_but_its_name(
    machine: Machine, server: BigQuerySession, tmp_path: Path
) -> None:
    with machine("here").held():
        said = repr(server.said("SELECT * FROM exporter_lease").rows)
    assert str(tmp_path) not in said
