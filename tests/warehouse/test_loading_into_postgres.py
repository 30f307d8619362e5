"""PostgreSQL as the warehouse that is loaded into: what an error leaves, who waits for whom, and what each says."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from clari_readiness.errors import ExporterBusy, SettingsError, WarehouseError
from clari_readiness.model.calendar import Quarter, Window
from clari_readiness.model.exports import ExportRequest, Loaded, Snapshot
from clari_readiness.model.time import SystemClock
from clari_readiness.warehouse import JobState, LedgerEntry, Tables, WarehouseReader, warehouse_at
from clari_readiness.warehouse.loaders.postgres import PostgresWarehouse
from tests.elsewhere import new_database
from tests.servers import GUARDED
from tests.warehouse.documents import ENDED, STAR, document, entry, land, snapshot

Load = Callable[..., Loaded]
ODD = "a\tb\nc\\.\n\\.\r\\N'\"%s $x ü \u2028 \U0001f600"


@pytest.fixture
def url(postgres: str) -> str:
    return new_database(postgres)


@pytest.fixture
def server(url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def warehouse(url: str, tmp_path: Path) -> Iterator[PostgresWarehouse]:
    with PostgresWarehouse(url, tmp_path / "loading", patience=0.2) as opened:
        yield opened


@pytest.fixture
def load(warehouse: PostgresWarehouse, judge: Any, tmp_path: Path) -> Load:
    def loaded(content: Any, of: Snapshot | None = None, into: PostgresWarehouse = warehouse) -> Loaded:
        return into.load(of or snapshot(), into.stage(land(tmp_path, content), judge, {}))

    return loaded


def held_rows(server: psycopg.Connection[Any]) -> dict[str, list[tuple[Any, ...]]]:
    return {name: sorted(server.execute(f"SELECT t::text FROM {name} AS t").fetchall()) for name in STAR}  # noqa: S608 - literals


def test_texts_arrive_as_they_are_and_null_is_not_the_empty_text(load: Load, server: psycopg.Connection[Any]) -> None:
    users = [{"userId": "1:A", "name": ODD, "hierarchyName": ""}, {"userId": "2:A", "name": "\\N"}]
    users = [{**user, "email": "a@example.com"} for user in users]
    content = document(entry("1:A", surprise={"a": [ODD, 1.10]}), entry("2:A"), users=users)
    assert load(content).inserted == 2
    found = server.execute("SELECT name, hierarchy_name FROM users ORDER BY user_id").fetchall()
    assert found == [(ODD, ""), ("\\N", None)]
    (extra,) = server.execute("SELECT extra FROM forecast_entries WHERE user_id = '1:A'").fetchall()[0]
    assert extra == {"surprise": {"a": [ODD, 1.1]}}


def test_a_document_of_many_rows_is_taken_over_batch_by_batch(load: Load, server: psycopg.Connection[Any]) -> None:
    content = document(*(entry(f"{number}:A", forecastValue=number) for number in range(45_000)))
    assert load(content).inserted == 45_000
    assert server.execute("SELECT count(*), sum(forecast_amount) FROM forecast_entries").fetchall() == [
        (45_000, sum(range(45_000)))
    ]


def test_a_connection_that_is_cut_in_the_middle_leaves_every_table_as_it_was(
    load: Load, server: psycopg.Connection[Any]
) -> None:
    load(document(entry()))
    before = held_rows(server)
    server.execute(
        "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); RETURN NEW; END'"
    )
    server.execute("CREATE TRIGGER cut BEFORE INSERT ON snapshots FOR EACH ROW EXECUTE FUNCTION cut()")
    later = snapshot("job-2", at=ENDED + timedelta(days=1))
    with pytest.raises(WarehouseError, match=r"the connection was lost: .*; what was not committed is undone"):
        load(document(entry(), entry("2:A")), later)
    assert held_rows(server) == before
    server.execute("DROP TRIGGER cut ON snapshots")
    assert load(document(entry(), entry("2:A")), later).inserted == 2


def test_a_full_disk_is_one_line_and_changes_nothing(load: Load, server: psycopg.Connection[Any]) -> None:
    load(document(entry()))
    before = held_rows(server)
    server.execute(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING"
        " ERRCODE = 'disk_full', MESSAGE = 'could not extend file: No space left on device'; END $$"
    )
    server.execute("CREATE TRIGGER f BEFORE INSERT ON snapshots FOR EACH ROW EXECUTE FUNCTION full_disk()")
    with pytest.raises(WarehouseError, match="No space left on device; make room on the server's disk") as refused:
        load(document(entry("2:A")), snapshot("job-2", at=ENDED + timedelta(days=1)))
    assert "\n" not in str(refused.value)
    assert held_rows(server) == before


def test_a_table_that_somebody_else_has_locked_is_waited_for_and_then_told(
    load: Load, url: str, server: psycopg.Connection[Any]
) -> None:
    load(document(entry()))
    before = held_rows(server)
    with psycopg.connect(url) as holder:
        holder.execute("LOCK TABLE forecast_entries")
        with pytest.raises(WarehouseError, match="lock timeout; let whoever holds a lock on the table finish"):
            load(document(entry("2:A")), snapshot("job-2", at=ENDED + timedelta(days=1)))
    assert held_rows(server) == before


def test_a_text_with_a_nul_is_refused_by_name_and_nothing_is_loaded(
    load: Load, server: psycopg.Connection[Any]
) -> None:
    load(document(entry()))
    before = held_rows(server)
    users = [{"userId": "1:A", "name": "a\0b", "email": "a@example.com"}]
    with pytest.raises(WarehouseError, match=r"PostgreSQL keeps no text with the character U\+0000"):
        load(document(entry(), users=users), snapshot("job-2", at=ENDED + timedelta(days=1)))
    assert held_rows(server) == before


def test_a_role_that_may_not_make_tables_is_one_line_and_its_password_is_in_none(
    url: str, server: psycopg.Connection[Any], tmp_path: Path
) -> None:
    server.execute(f"DROP ROLE IF EXISTS {GUARDED}")
    server.execute(f"CREATE ROLE {GUARDED} LOGIN PASSWORD 'hunter2'")
    theirs = url.replace("//postgres:@", f"//{GUARDED}:hunter2@")
    with (
        PostgresWarehouse(theirs, tmp_path / "theirs") as poor,
        pytest.raises(WarehouseError, match="permission denied for schema public; give the role") as refused,
    ):
        poor.ledger()
    assert "hunter2" not in str(refused.value)
    assert "\n" not in str(refused.value)
    wrong = PostgresWarehouse(theirs.replace("hunter2", "hunter3"), tmp_path / "theirs")
    with pytest.raises(WarehouseError, match="password authentication failed") as refused:
        wrong.ledger()
    assert "hunter" not in str(refused.value)
    server.execute(f"DROP ROLE {GUARDED}")


def test_a_server_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    nowhere = PostgresWarehouse("postgresql://me:hunter2@127.0.0.1:1/sales", tmp_path / "loading")
    with pytest.raises(WarehouseError, match=r"^postgresql://127\.0\.0\.1:1/sales cannot be reached: ") as refused:
        nowhere.ledger()
    assert "hunter2" not in str(refused.value)


def test_a_search_path_that_leads_nowhere_is_told_before_anything_is_made(url: str, tmp_path: Path) -> None:
    with (
        PostgresWarehouse(f"{url}&options=-csearch_path%3Dnowhere", tmp_path / "loading") as lost,
        pytest.raises(WarehouseError, match="search_path names no schema that is there; make one"),
    ):
        lost.ledger()


@pytest.mark.parametrize("said", ["schema=analytics", "sslmode=prefer&currentSchema=analytics"])
def test_a_schema_that_postgresql_would_not_read_in_a_url_is_told_how_to_be_named(tmp_path: Path, said: str) -> None:
    url = f"postgresql://me:hunter2@127.0.0.1:1/sales?{said}"
    with pytest.raises(WarehouseError, match=r"says `schema`.*\?options=-csearch_path%3Danalytics$") as refused:
        PostgresWarehouse(url, tmp_path / "loading").ledger()
    with pytest.raises(WarehouseError, match=r"says `schema`"):
        WarehouseReader.open(url, Tables(), tmp_path)
    assert "hunter2" not in str(refused.value)


def test_tables_lie_in_the_schema_of_the_search_path_and_the_gate_reads_them_there(
    url: str, server: psycopg.Connection[Any], load: Load, tmp_path: Path
) -> None:
    server.execute("CREATE SCHEMA analytics")
    there = f"{url}&options=-csearch_path%3Danalytics"
    with PostgresWarehouse(there, tmp_path / "there") as warehouse:
        assert not warehouse.is_there
        load(document(entry()), into=warehouse)
        assert warehouse.is_there
    assert server.execute("SELECT to_regclass('public.forecast_entries')").fetchall() == [(None,)]
    for named in (Tables(), Tables("analytics.clari_forecasts")):
        with WarehouseReader.open(there, named, tmp_path) as reader:
            assert reader.may_hold_ledger
            found = reader.ask("has_table", table_name="export_jobs", columns=["job_id", "state"])
            assert found.dicts() == [{"there": True}]
            assert len(reader.ask("kept_periods").rows) == 1
    with WarehouseReader.open(url, Tables("analytics.clari_forecasts"), tmp_path) as reader:
        assert len(reader.ask("kept_periods").rows) == 1
        found = reader.ask("has_table", table_name="export_jobs", columns=["job_id", "state"])
        assert found.dicts() == [{"there": False}]  # where the ledger is, the search path alone says


def test_one_exporter_at_a_time_whichever_machine_it_is_on(
    url: str, warehouse: PostgresWarehouse, tmp_path: Path
) -> None:
    other = PostgresWarehouse(url, tmp_path / "another machine")
    with warehouse.held():
        warehouse.close()  # as while it waits for Clari
        busy = r"another exporter is at work on this warehouse \(process \d+ of"
        with pytest.raises(ExporterBusy, match=busy), other.held():
            pytest.fail("there are two")
        assert other.ledger() == []  # who only reads the ledger is not kept away
    with other.held():
        pass


def test_a_lock_that_was_lost_with_its_connection_is_taken_again_unless_somebody_has_it(
    url: str, server: psycopg.Connection[Any], warehouse: PostgresWarehouse, tmp_path: Path
) -> None:
    cut = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
    other = PostgresWarehouse(url, tmp_path / "another machine")
    with warehouse.held():
        server.execute(cut)
        with pytest.raises(WarehouseError, match="the connection was lost"):
            warehouse.ledger()
        assert warehouse.ledger() == []
        with pytest.raises(ExporterBusy), other.held():
            pytest.fail("there are two")
        server.execute(cut)
        with other.held():
            with pytest.raises(WarehouseError, match="the connection was lost"):
                warehouse.ledger()
            with pytest.raises(ExporterBusy):
                warehouse.ledger()


def test_tables_of_an_older_version_are_made_anew_where_they_differ_and_keep_their_rows(
    server: psycopg.Connection[Any], load: Load, warehouse: PostgresWarehouse
) -> None:
    load(document(entry()))
    warehouse.close()
    server.execute("COMMENT ON TABLE forecast_entries IS 'schema of long ago'")
    server.execute("DROP VIEW v_rep_performance")
    assert warehouse.ledger() == []
    assert server.execute("SELECT count(*) FROM v_rep_performance").fetchall() == [(0,)]
    assert server.execute("SELECT count(*) FROM forecast_entries").fetchall() == [(1,)]


def test_the_ledger_is_what_was_written_and_each_line_is_committed_on_its_own(
    url: str, warehouse: PostgresWarehouse, tmp_path: Path
) -> None:
    request = ExportRequest("net_bookings", "2027_Q3", ("forecast", "quota"), scope_id=None, currency="EUR")
    line = LedgerEntry("1", request, ENDED, known_jobs=("a", "b"), path=Path("x.json"), queue_seconds=0.1, polls=3)
    warehouse.record(line)
    queued = LedgerEntry("1", request, ENDED, JobState.QUEUED, "job-1", rows_truncated=False, bytes=2**40)
    others = PostgresWarehouse(url, tmp_path / "another machine")
    assert others.ledger() == [line]
    warehouse.record(queued)
    assert others.ledger() == [queued]
    others.close()


def test_what_lies_before_the_window_goes_and_the_rest_stays(
    load: Load, server: psycopg.Connection[Any], warehouse: PostgresWarehouse
) -> None:
    window = Window(Quarter(2027, 3), date(2026, 8, 1))
    with pytest.raises(WarehouseError, match="this is no warehouse of the reference exporter"):
        warehouse.would_retire(window)
    with pytest.raises(WarehouseError, match="there is no warehouse of the reference exporter"):
        warehouse.require()
    load(document(entry(period="2027_Q2")), snapshot("job-1", "2027_Q2"))
    load(document(entry("2:A")), snapshot("job-2", at=ENDED + timedelta(days=1)))
    with warehouse.events() as events:
        for day in (date(2026, 7, 31), date(2026, 8, 1)):
            told = [{"actorId": "a", "event": "login", "eventTimestamp": f"{day}T10:00:00+02:00"}] * 2
            actors = [{"actorId": "a", "name": "A"}]
            assert events.replace_audit_day(day, told, actors, exported_at=ENDED) == 2
    would = warehouse.would_retire(window)
    assert warehouse.retire(window) == would
    assert {table.table: table.count for table in would.tables if table.count} == {
        "forecast_entries": 1,
        "snapshots": 1,
        "time_frames": 1,
        "time_periods": 1,
        "users": 1,
        "audit_events": 2,
        "audit_days": 1,
    }
    assert server.execute("SELECT DISTINCT time_period_id FROM forecast_entries").fetchall() == [("2027_Q3",)]
    assert warehouse.retire(window).nothing


def test_audit_events_and_opportunities_are_kept_as_last_seen(
    server: psycopg.Connection[Any], warehouse: PostgresWarehouse
) -> None:
    at, later = datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 9, 2, tzinfo=UTC)
    with warehouse.events() as events:
        events.replace_audit_day(date(2026, 8, 31), [{"event": "x"}, {"event": "x"}], [], exported_at=at)
        events.replace_audit_day(date(2026, 8, 31), [{"event": ODD}], [], exported_at=later)
        assert events.audit_days() == {date(2026, 8, 31): later}
        events.keep_opportunities([{"id": "1", "crmScore": {"score": 5}}, {"id": "2"}], exported_at=at)
        events.keep_opportunities([{"id": "1", "crmScore": {"score": 7}}], exported_at=later)
        assert events.ids("SELECT opportunity_id FROM opportunities ORDER BY 1 DESC") == ("2", "1")
        with pytest.raises(WarehouseError, match=r"the query for the ids of opportunities does not run: .*nowhere"):
            events.ids("SELECT id FROM nowhere")
        with pytest.raises(WarehouseError, match="read-only transaction"):
            events.ids("DELETE FROM opportunities RETURNING opportunity_id")
    assert server.execute("SELECT event FROM audit_events").fetchall() == [(ODD,)]
    assert server.execute("SELECT opportunity_id, score FROM opportunities ORDER BY 1").fetchall() == [
        ("1", 7),
        ("2", None),
    ]


@pytest.mark.parametrize("url", ["sqlite:///w.sqlite", "sqlite:///w.sqlite?x=hunter2"])
def test_what_is_only_read_is_refused_without_repeating_it(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="is only read so far, by the gate and reconcile") as refused:
        warehouse_at(url, tmp_path, SystemClock(), scratch=tmp_path / "loading")
    assert "hunter2" not in str(refused.value)


def test_a_driver_that_is_not_installed_is_named_with_what_brings_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in [name for name in sys.modules if name.startswith("clari_readiness.warehouse.") and "postgres" in name]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(WarehouseError, match=r'takes the driver psycopg, which .*; pip install "clari-readiness\[post'):
        warehouse_at("postgresql://h/db", tmp_path, SystemClock(), scratch=tmp_path / "loading")
