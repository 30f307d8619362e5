"""Sessions with a real PostgreSQL that are broken at the moments of a trial, and those that are left alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from clari_readiness.errors import NotVerified
from clari_readiness.trial.plays import cut_off
from clari_readiness.trial.warehouses import Moment
from clari_readiness.trial.warehouses.postgres import PostgresWarehouse
from clari_readiness.trial.warehouses.postgres_breaking import PostgresBreaker

Watching = Callable[[PostgresBreaker], Callable[[], bool]]
ROW = "INSERT INTO clari_forecasts VALUES (1)"


@pytest.fixture
def watching() -> Iterator[Watching]:
    """Let a breaker lie in wait and watch, beside the exporter; what is given ends the run: was anything broken?"""
    over = threading.Event()

    def watch(breaker: PostgresBreaker) -> Callable[[], bool]:
        breaker.lie_in_wait()
        beside = threading.Thread(target=breaker.watch, args=(over.wait,))
        beside.start()

        def ended() -> bool:
            over.set()
            beside.join(20)
            assert not beside.is_alive()
            return breaker.has_broken

        return ended

    yield watch
    over.set()


@pytest.mark.parametrize("shown_by", ["TABLE clari_forecasts (a integer)", "VIEW clari_forecasts AS SELECT a FROM t"])
def test_a_session_is_broken_before_its_first_row_and_no_other_is(
    place: PostgresWarehouse, exporter: psycopg.Connection[Any], watching: Watching, shown_by: str
) -> None:
    exporter.execute("CREATE TABLE t (a integer)")
    exporter.execute(f"CREATE {shown_by}")
    ended = watching(place.breaker(Moment.BEFORE_A_ROW, {}))
    with closing(psycopg.connect(place.url, autocommit=True)) as bystander:
        assert bystander.execute("SELECT count(*) FROM clari_forecasts").fetchall() == [(0,)]
        with pytest.raises(psycopg.errors.AdminShutdown):
            exporter.execute("INSERT INTO clari_forecasts VALUES (1)")
        assert ended()
        assert bystander.execute("SELECT count(*) FROM clari_forecasts").fetchall() == [(0,)]
        bystander.execute(ROW)


def test_a_session_is_broken_as_it_writes_and_who_holds_a_lock_alone_is_not(
    place: PostgresWarehouse, exporter: psycopg.Connection[Any], watching: Watching
) -> None:
    exporter.execute("CREATE TABLE clari_forecasts (a integer)")
    with closing(psycopg.connect(place.url, autocommit=True)) as bystander:
        bystander.execute("SELECT pg_advisory_lock(1)")
        ended = watching(place.breaker(Moment.AS_IT_WRITES, {}))
        with pytest.raises(psycopg.errors.AdminShutdown):
            exporter.execute(
                "INSERT INTO clari_forecasts SELECT CASE WHEN n > 1 THEN length(CAST(pg_sleep(20) AS text)) END"
                " FROM generate_series(1, 2) AS n"
            )
        assert ended()
        assert bystander.execute("SELECT count(*) FROM clari_forecasts").fetchall() == [(0,)]


def test_a_session_is_broken_between_its_transactions(
    place: PostgresWarehouse, exporter: psycopg.Connection[Any], watching: Watching
) -> None:
    exporter.execute("CREATE TABLE clari_forecasts (a integer)")
    ended = watching(place.breaker(Moment.BETWEEN, {}))
    exporter.execute(ROW)
    with pytest.raises(psycopg.errors.AdminShutdown):
        exporter.execute(ROW)
    assert ended()
    with psycopg.connect(place.url) as after:
        assert after.execute("SELECT count(*) FROM clari_forecasts").fetchall() == [(1,)]


def test_who_loads_in_one_transaction_is_not_broken_between_two(
    place: PostgresWarehouse, exporter: psycopg.Connection[Any], watching: Watching
) -> None:
    exporter.execute("CREATE TABLE clari_forecasts (a integer)")
    ended = watching(place.breaker(Moment.BETWEEN, {}))
    with exporter.transaction():
        for _ in range(3):
            exporter.execute(ROW)
    assert not ended()
    assert exporter.execute("SELECT count(*) FROM clari_forecasts").fetchall() == [(3,)]


@pytest.mark.parametrize("moment", Moment)
def test_a_breaker_whose_moment_does_not_come_breaks_nobody_and_leaves_nothing(
    place: PostgresWarehouse, watching: Watching, moment: Moment
) -> None:
    ended = watching(place.breaker(moment, {}))
    assert not ended()
    assert place.rows({}).tables == {}


def test_an_exporter_that_is_never_seen_to_load_is_not_tested_and_is_told_why() -> None:
    nobody = SimpleNamespace(has_broken=False)
    warehouse = SimpleNamespace(breaker=lambda *_: nobody)
    stage: Any = SimpleNamespace(
        place=SimpleNamespace(warehouse=warehouse, accused=SimpleNamespace(mapped={})),
        **{name: lambda *_, **__: () for name in ("run", "faults", "later")},
    )
    with pytest.raises(NotVerified, match=r"no session of its was seen to load, so none was broken; let it load into"):
        cut_off(stage)
