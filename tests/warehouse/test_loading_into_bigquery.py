"""BigQuery as the warehouse that is loaded into: what arrives, what an error leaves, and what each says.

There is no engine of BigQuery's but the real one. What stands in for it runs each statement in DuckDB, and refuses what
BigQuery's documentation says is refused.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from google.cloud import bigquery as google
from sqlglot import exp

from clari_readiness.errors import WarehouseError
from clari_readiness.model.calendar import Quarter, Window
from clari_readiness.model.exports import ExportRequest, Loaded, Snapshot
from clari_readiness.model.time import SystemClock
from clari_readiness.warehouse import JobState, LedgerEntry, Tables, WarehouseReader, warehouse_at
from clari_readiness.warehouse.loaders.bigquery import BigQueryWarehouse
from clari_readiness.warehouse.loaders.bigquery_dialect import script
from clari_readiness.warehouse.loaders.bigquery_session import BigQuerySession
from clari_readiness.warehouse.statements import render, statement
from tests.bigquery_server import BigQuery, empty_dataset
from tests.warehouse.documents import ENDED, STAR, document, entry, land, snapshot

Load = Callable[..., Loaded]
ODD = "a\tb\nc\\.\n\\.\r\\N'\"%s $x ? :1 @y ü \u2028 \U0001f600"
LATER = ENDED + timedelta(days=1)
LINE = LedgerEntry("1", ExportRequest("net_bookings", "2027_Q3", ("quota",)), ENDED)
SAID = (
    *("schema", "events_schema", "load_users", "load_fields", "load_time_periods", "load_time_frames"),
    *("load_snapshots", "load_entries", "merge_entries", "rows_of_moment", "compared_snapshots", "drop_changes"),
    *("load_changes", "changes_of_job", "record_job", "ledger", "load_audit_events", "load_audit_actors"),
    *("load_opportunities", "record_audit_day", "audit_days", "forget_audit_day", "retention/periods"),
    *("retention/tables", "retention/forget_files"),
)
"""What is said to the warehouse of all that loads; of retention, what is not put together of parts."""
LEASE = ("table", "take", "keep", "holder", "leave", "former", "enter")
NOT_THERE = (exp.OnConflict, exp.Filter, exp.CheckColumnConstraint, exp.PrimaryKey, exp.ArgMax, exp.Explode)


@pytest.fixture
def url(bigquery: BigQuery) -> str:
    return empty_dataset(bigquery)


@pytest.fixture
def server(url: str) -> Iterator[BigQuerySession]:
    session = BigQuerySession.open(url, patience=10.0)
    yield session
    session.close()


@pytest.fixture
def warehouse(url: str, tmp_path: Path) -> Iterator[BigQueryWarehouse]:
    with BigQueryWarehouse(url, tmp_path / "loading", patience=10.0) as opened:
        yield opened


@pytest.fixture
def load(warehouse: BigQueryWarehouse, judge: Any, tmp_path: Path) -> Load:
    def loaded(content: Any, of: Snapshot | None = None) -> Loaded:
        return warehouse.load(of or snapshot(), warehouse.stage(land(tmp_path, content), judge, {}))

    return loaded


def held_rows(server: BigQuerySession) -> dict[str, list[tuple[Any, ...]]]:
    return {name: sorted(server.said(f"SELECT * FROM {name}").rows, key=repr) for name in STAR}  # noqa: S608 - literals


def staged_tables(server: BigQuerySession) -> list[str]:
    names = server.execute(statement("retention/tables")).rows
    return [name for (name,) in names if name.startswith("staged_")]


def test_texts_and_amounts_arrive_as_they_are_and_null_is_not_the_empty_text(
    load: Load, server: BigQuerySession
) -> None:
    users = [{"userId": "1:A", "name": ODD, "hierarchyName": ""}, {"userId": "2:A", "name": "\\N"}]
    users = [{**user, "email": "a@example.com"} for user in users]
    content = document(
        entry("1:A", forecastValue=9999999999999.99, surprise={"a": [ODD, 1.10]}), entry("2:A"), users=users
    )
    assert load(content).inserted == 2
    found = server.said("SELECT name, hierarchy_name FROM users ORDER BY user_id").rows
    assert found == [(ODD, ""), ("\\N", None)]
    extra, amount = server.said("SELECT extra, forecast_amount FROM forecast_entries WHERE user_id = '1:A'").rows[0]
    assert json.loads(extra) == {"surprise": {"a": [ODD, 1.1]}}
    assert str(amount) == "9999999999999.99"


def test_a_large_file_goes_up_in_pieces_and_arrives_whole(
    load: Load, server: BigQuerySession, bigquery: BigQuery
) -> None:
    bigquery.uploads.sizes.clear()
    many = [entry(f"{number}:A", surprise="x" * 6_000) for number in range(1_000)]
    assert load(document(*many)).inserted == 1_000
    assert sum(bigquery.uploads.sizes) > 5 * 2**20
    assert server.said("SELECT COUNT(*) AS n, MIN(LENGTH(extra)) AS m FROM forecast_entries").rows[0][0] == 1_000


def test_a_transaction_holds_nothing_that_bigquery_refuses_in_one_and_the_same_job_again_changes_nothing(
    load: Load, server: BigQuerySession, bigquery: BigQuery
) -> None:
    content = document(entry("1:A"), entry("2:A"))
    bigquery.asked.clear()
    assert load(content).inserted == 2
    said = [each["query"] for each in bigquery.asked]
    begun, ended = said.index("BEGIN TRANSACTION"), said.index("COMMIT TRANSACTION")
    trees = [tree for each in said[begun + 1 : ended] for tree in sqlglot.parse(each, read="bigquery")]
    assert {type(each) for each in trees} == {exp.Merge, exp.Insert, exp.Delete, exp.Select, exp.Create}
    assert all(each.find(exp.TemporaryProperty) for each in trees if isinstance(each, exp.Create))
    (session,) = {each["connectionProperties"][0]["value"] for each in bigquery.asked[begun : ended + 1]}
    assert session in bigquery.engine.sessions
    assert len(said[begun : ended + 1]) <= 14
    before = held_rows(server)
    again = load(content)
    assert (again.inserted, again.unchanged) == (0, 2)
    assert held_rows(server) == before


def test_what_lay_staged_is_dropped_and_would_have_ended_by_itself(
    load: Load, server: BigQuerySession, bigquery: BigQuery
) -> None:
    bigquery.asked.clear()
    load(document(entry()))
    made = [each["query"] for each in bigquery.asked if each["query"].startswith("CREATE TABLE `staged_")]
    assert len(made) == 1
    ends = "expiration_timestamp = TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL 24 HOUR)"
    assert made[0].count(ends) == made[0].count("CREATE TABLE") == 5
    assert staged_tables(server) == []


def test_each_statement_that_loads_is_bigquerys_own_and_reads_back_the_same() -> None:
    dataset = google.DatasetReference("my-project", "analytics")
    for name in SAID:
        said = script(render(name, {"listed": "staged_users"}))
        for tree in sqlglot.parse(said.text(dataset, "run"), read="bigquery"):
            assert tree is not None
            assert not tree.find(*NOT_THERE), name
            assert not [each for each in tree.find_all(exp.GT, exp.LT) if isinstance(each.this, exp.Tuple)], name
            assert not [each for each in tree.find_all(exp.Join) if each.kind in {"SEMI", "ANTI"}], name
            assert {each.name for each in tree.find_all(exp.Parameter)} <= said.names, name
        assert not set("\x02\x03\x04\x05") & set(said.text(dataset, "run")), name
    for name in LEASE:
        assert sqlglot.parse_one(statement(f"engines/bigquery/lease/{name}"), read="bigquery")


def test_a_view_names_the_dataset_of_each_table_and_large_tables_are_clustered() -> None:
    dataset = google.DatasetReference("my-project", "analytics")
    trees = sqlglot.parse(script(statement("schema")).text(dataset, "run"), read="bigquery")
    made = [tree for tree in trees if isinstance(tree, exp.Create)]
    views = [tree for tree in made if tree.kind == "VIEW"]
    assert len(views) == 12
    for view in views:
        own = {cte.alias for cte in view.find_all(exp.CTE)}
        named = {(each.catalog, each.db) for each in view.find_all(exp.Table) if each.name not in own}
        assert named == {("my-project", "analytics")}, view.this.name
    clustered = {tree.this.this.name for tree in made if "CLUSTER BY" in tree.sql("bigquery")}
    assert clustered == {"forecast_entries", "entry_changes"}


def test_an_error_in_the_middle_is_one_line_and_leaves_every_table_as_it_was(
    load: Load, server: BigQuerySession, bigquery: BigQuery
) -> None:
    load(document(entry()))
    before = held_rows(server)
    denied = "Access Denied: Table p:d.snapshots: Permission bigquery.tables.updateData denied"
    bigquery.refused["MERGE INTO `snapshots`"] = 403, "accessDenied", denied
    with pytest.raises(WarehouseError, match=r"refuses: Access Denied: .*; grant the account BigQuery Data Edi") as no:
        load(document(entry(), entry("2:A")), snapshot("job-2", at=LATER))
    assert "\n" not in str(no.value)
    assert held_rows(server) == before
    assert staged_tables(server) == []
    assert load(document(entry(), entry("2:A")), snapshot("job-2", at=LATER)).inserted == 2


def test_a_statement_that_fails_after_the_transaction_was_rolled_back_commits_nothing_of_it(
    load: Load, server: BigQuerySession, bigquery: BigQuery
) -> None:
    load(document(entry()))
    before = held_rows(server)
    bigquery.refused["COMMIT TRANSACTION"] = 400, "invalidQuery", "Transaction is aborted due to concurrent update"
    with pytest.raises(WarehouseError, match="concurrent update; another exporter, or a statement of somebody's"):
        load(document(entry("2:A")), snapshot("job-2", at=LATER))
    assert held_rows(server) == before


def test_rows_that_did_not_arrive_are_missed_before_anything_is_loaded(
    load: Load, server: BigQuerySession, bigquery: BigQuery
) -> None:
    load(document(entry()))
    before = held_rows(server)
    bigquery.uploads.swallow = True
    bigquery.asked.clear()
    with pytest.raises(WarehouseError, match="of 1 staged rows 0 arrived; nothing of it was loaded: run it again"):
        load(document(entry("2:A")), snapshot("job-2", at=LATER))
    assert "BEGIN TRANSACTION" not in [each["query"] for each in bigquery.asked]
    assert held_rows(server) == before


def test_a_load_job_that_fails_is_one_line(load: Load, server: BigQuerySession, bigquery: BigQuery) -> None:
    load(document(entry()))
    before = held_rows(server)
    bigquery.uploads.broken = "Could not parse '99999-01-01' as DATE for field\nstart_date"
    with pytest.raises(WarehouseError, match=r"refuses: Could not parse '99999-01-01' as DATE for field start_d") as no:
        load(document(entry("2:A")), snapshot("job-2", at=LATER))
    assert "\n" not in str(no.value)
    assert held_rows(server) == before
    assert staged_tables(server) == []


@pytest.mark.parametrize("statement", ["COMMIT TRANSACTION", "MERGE INTO `export_jobs`"])
def test_a_job_whose_answer_was_lost_is_asked_for_again_and_not_run_twice(
    warehouse: BigQueryWarehouse, bigquery: BigQuery, statement: str
) -> None:
    assert warehouse.ledger() == []
    bigquery.asked.clear()
    bigquery.lost.add(statement)
    warehouse.record(LINE)
    assert not bigquery.lost
    assert [each["query"].startswith(statement) for each in bigquery.asked].count(True) == 1
    assert warehouse.ledger() == [LINE]


def test_a_load_job_whose_answer_was_lost_is_found_by_its_name_and_not_begun_twice(
    load: Load, server: BigQuerySession, bigquery: BigQuery
) -> None:
    before = len(bigquery.uploads.jobs)
    bigquery.uploads.lose = True
    assert load(document(entry("1:A"), entry("2:A"))).inserted == 2
    assert not bigquery.uploads.lose
    assert len(bigquery.uploads.jobs) - before == 5
    assert server.said("SELECT COUNT(*) AS n FROM forecast_entries").rows == [(2,)]


def test_a_session_that_ended_is_said_to_be_and_the_next_call_begins_another(
    warehouse: BigQueryWarehouse, bigquery: BigQuery
) -> None:
    warehouse.record(LINE)
    bigquery.engine.sessions.clear()
    with pytest.raises(WarehouseError, match=r"refuses: Session \w+ has been terminated"):
        warehouse.record(LINE)
    warehouse.record(LINE)
    assert warehouse.ledger() == [LINE]


def test_what_does_not_answer_is_said_to_be_lost(url: str, tmp_path: Path, bigquery: BigQuery) -> None:
    silent = BigQueryWarehouse(url.replace(str(bigquery.port), "9"), tmp_path / "loading", patience=0.5)
    with pytest.raises(WarehouseError, match=r"the connection was lost: .*run it again: what was committed") as lost:
        silent.ledger()
    assert "\n" not in str(lost.value)


def test_nothing_of_a_transaction_is_said_in_another_session(url: str) -> None:
    session = BigQuerySession.open(url, patience=10.0)
    session.said("CREATE TABLE t AS SELECT 1 AS a")
    session.execute("BEGIN TRANSACTION")
    session._let_go()  # as when an answer is lost
    with pytest.raises(WarehouseError, match="the session of this transaction is gone; run it again"):
        session.said("INSERT INTO t (a) VALUES (2)")
    session.execute("ROLLBACK")
    assert session.said("SELECT a FROM t").rows == [(1,)]


def test_a_dataset_that_is_not_there_is_one_line_with_its_way_out(url: str, tmp_path: Path, bigquery: BigQuery) -> None:
    nowhere = url.replace("/main?", "/nowhere?")
    bigquery.asked.clear()
    with pytest.raises(WarehouseError, match=r"refuses: Not found: Dataset .*nowhere; make it, or mend `ware") as no:
        BigQueryWarehouse(nowhere, tmp_path / "loading").ledger()
    assert "\n" not in str(no.value)
    assert bigquery.asked == []


def test_a_principal_that_may_not_create_is_told_what_it_lacks(
    warehouse: BigQueryWarehouse, bigquery: BigQuery
) -> None:
    denied = "Access Denied: Dataset p:d: Permission bigquery.tables.create denied on dataset p:d"
    bigquery.refused["CREATE TABLE"] = 403, "accessDenied", denied
    with pytest.raises(WarehouseError, match=r"tables\.create denied .*; grant the account BigQuery Data Editor on"):
        warehouse.ledger()


def test_the_ledger_is_what_was_written_and_the_gate_finds_it(
    url: str, warehouse: BigQueryWarehouse, tmp_path: Path
) -> None:
    request = ExportRequest("net_bookings", "2027_Q3", ("forecast", "quota"), scope_id=None, currency="EUR")
    line = LedgerEntry("1", request, ENDED, known_jobs=("a", "b"), path=Path("x.json"), queue_seconds=0.1, polls=3)
    assert not warehouse.is_there
    warehouse.record(line)
    assert warehouse.is_there
    queued = LedgerEntry("1", request, ENDED, JobState.QUEUED, "job-1", rows_truncated=False, bytes=2**40)
    assert warehouse.ledger() == [line]
    warehouse.record(queued)
    assert warehouse.ledger() == [queued]
    with WarehouseReader.open(url, Tables(), tmp_path) as reader:
        assert reader.may_hold_ledger
        found = reader.ask("has_table", table_name="export_jobs", columns=["job_id", "state"])
        assert found.dicts() == [{"there": True}]
        lacks = reader.ask("has_table", table_name="export_jobs", columns=["job_id", "place"])
        assert lacks.dicts() == [{"there": False}]


def test_tables_are_made_once_and_a_view_of_an_older_version_anew(
    warehouse: BigQueryWarehouse, server: BigQuerySession, bigquery: BigQuery
) -> None:
    assert warehouse.ledger() == []
    warehouse.close()
    bigquery.asked.clear()
    assert warehouse.ledger() == []
    assert not [each for each in bigquery.asked if "CREATE" in each["query"]]
    warehouse.close()
    server.said("ALTER TABLE `forecast_entries` SET OPTIONS (description = 'schema of long ago')")
    server.said("DROP VIEW v_rep_performance")
    assert warehouse.ledger() == []
    assert server.said("SELECT COUNT(*) AS n FROM v_rep_performance").rows == [(0,)]


def test_who_only_looks_begins_no_session(warehouse: BigQueryWarehouse, bigquery: BigQuery) -> None:
    before = set(bigquery.engine.sessions)
    assert warehouse.ledger() == []
    assert warehouse.is_there
    assert set(bigquery.engine.sessions) == before


def test_what_lies_before_the_window_goes_and_the_rest_stays(
    load: Load, server: BigQuerySession, warehouse: BigQueryWarehouse
) -> None:
    window = Window(Quarter(2027, 3), date(2026, 8, 1))
    with pytest.raises(WarehouseError, match="this is no warehouse of the reference exporter"):
        warehouse.would_retire(window)
    with pytest.raises(WarehouseError, match="there is no warehouse of the reference exporter"):
        warehouse.require()
    load(document(entry(period="2027_Q2")), snapshot("job-1", "2027_Q2"))
    load(document(entry("2:A")), snapshot("job-2", at=LATER))
    with warehouse.events() as events:
        for day in (date(2026, 7, 31), date(2026, 8, 1)):
            told = [{"actorId": "a", "event": ODD, "eventTimestamp": f"{day}T10:00:00+02:00"}] * 2
            assert events.replace_audit_day(day, told, [{"actorId": "a", "name": "A"}], exported_at=ENDED) == 2
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
    assert server.said("SELECT DISTINCT time_period_id FROM forecast_entries").rows == [("2027_Q3",)]
    assert server.said("SELECT DISTINCT event, day FROM audit_events").rows == [(ODD, date(2026, 8, 1))]
    assert warehouse.retire(window).nothing


def test_audit_events_and_opportunities_are_kept_as_last_seen(
    server: BigQuerySession, warehouse: BigQueryWarehouse
) -> None:
    at, later = datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 9, 2, tzinfo=UTC)
    with warehouse.events() as events:
        events.replace_audit_day(date(2026, 8, 31), [{"event": "x"}, {"event": "x"}], [], exported_at=at)
        events.replace_audit_day(date(2026, 8, 31), [{"event": "y"}], [], exported_at=later)
        assert events.audit_days() == {date(2026, 8, 31): later}
        events.keep_opportunities([{"id": "1", "crmScore": {"score": 5}}, {"id": "2"}], exported_at=at)
        events.keep_opportunities([{"id": "1", "crmScore": {"score": 7}}], exported_at=later)
        assert events.ids("SELECT opportunity_id FROM opportunities ORDER BY 1 DESC") == ("2", "1")
        with pytest.raises(WarehouseError, match=r"the query for the ids of opportunities does not run: .*nowhere"):
            events.ids("SELECT id FROM nowhere")
        with pytest.raises(WarehouseError, match=r"it is no SELECT but a DELETE, and was not run; mend opp"):
            events.ids("DELETE FROM opportunities WHERE TRUE")
    assert server.said("SELECT event FROM audit_events").rows == [("y",)]
    assert server.said("SELECT opportunity_id, score FROM opportunities ORDER BY 1").rows == [("1", 7), ("2", None)]


def test_a_driver_that_is_not_installed_is_named_with_what_brings_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ours = [name for name in sys.modules if name.startswith("clari_readiness.warehouse.") and "bigquery" in name]
    for name in ours:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "google.cloud.bigquery", None)
    with pytest.raises(WarehouseError, match=r'takes the driver google.cloud.bigquery, .*"clari-readiness\[bigq'):
        warehouse_at("bigquery://p/d", tmp_path, SystemClock(), scratch=tmp_path / "loading")
