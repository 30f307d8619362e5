"""Snowflake as the warehouse that is loaded into: what arrives, what an error leaves, and what each says.

What stands in for it is fakesnow, which is DuckDB in its heart: what only the real one does (DDL that commits, keys
that are not enforced, locks that wait) is looked at in what is said to it.
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
from sqlglot import exp

from clari_readiness.errors import WarehouseError
from clari_readiness.model.calendar import Quarter, Window
from clari_readiness.model.exports import ExportRequest, Loaded, Snapshot
from clari_readiness.model.time import SystemClock
from clari_readiness.warehouse import JobState, LedgerEntry, Tables, WarehouseReader, warehouse_at
from clari_readiness.warehouse.engines.snowflake_url import address_of
from clari_readiness.warehouse.loaders.snowflake import SnowflakeWarehouse
from clari_readiness.warehouse.loaders.snowflake_dialect import script
from clari_readiness.warehouse.loaders.snowflake_session import SnowflakeSession
from clari_readiness.warehouse.statements import render
from tests.snowflake_server import PASSWORD, Snowflake, empty_database
from tests.warehouse.documents import ENDED, STAR, document, entry, land, snapshot

Load = Callable[..., Loaded]
ODD = "a\tb\nc\\.\n\\.\r\\N'\"%s $x ? :1 ü \u2028 \U0001f600"
LATER = ENDED + timedelta(days=1)
SAID = (
    *("schema", "events_schema", "engines/snowflake/compared_snapshots", "load_users", "load_fields"),
    *("load_time_periods", "load_time_frames", "load_snapshots", "load_entries", "merge_entries", "rows_of_moment"),
    *("compared_snapshots", "drop_changes", "load_changes", "changes_of_job", "record_job", "ledger"),
    *("load_audit_events", "load_audit_actors", "load_opportunities", "record_audit_day", "audit_days"),
    *("forget_audit_day", "retention/periods", "retention/tables", "retention/forget_files"),
)
"""What is said to the warehouse of all that loads; of retention, what is not put together of parts."""


@pytest.fixture
def url(snowflake: Snowflake) -> str:
    return empty_database(snowflake)


@pytest.fixture
def server(url: str) -> Iterator[SnowflakeSession]:
    session = SnowflakeSession.open(address_of(url, Path()), patience=1.0)
    yield session
    session.close()


@pytest.fixture
def warehouse(url: str, tmp_path: Path) -> Iterator[SnowflakeWarehouse]:
    with SnowflakeWarehouse(url, tmp_path, tmp_path / "loading", patience=1.0) as opened:
        yield opened


@pytest.fixture
def load(warehouse: SnowflakeWarehouse, judge: Any, tmp_path: Path) -> Load:
    def loaded(content: Any, of: Snapshot | None = None, into: SnowflakeWarehouse = warehouse) -> Loaded:
        return into.load(of or snapshot(), into.stage(land(tmp_path, content), judge, {}))

    return loaded


def held_rows(server: SnowflakeSession) -> dict[str, list[tuple[Any, ...]]]:
    return {name: sorted(server.said(f"SELECT * FROM {name}").rows, key=repr) for name in STAR}  # noqa: S608 - literals


def test_texts_and_amounts_arrive_as_they_are_and_null_is_not_the_empty_text(
    load: Load, server: SnowflakeSession
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


@pytest.mark.parametrize("names", [["a\r", ""], ["\r\n", "\r"], ["# a", "007"], ["1.50", "true"]])
def test_a_text_is_no_end_of_a_line_no_remark_and_no_number(
    load: Load, server: SnowflakeSession, names: list[str]
) -> None:
    fields = [{"fieldId": f"{at}", "fieldName": name, "fieldType": "FORECAST"} for at, name in enumerate(names)]
    load(document(entry("1:A", fieldId="0"), fields=fields))
    assert [name for (name,) in server.said("SELECT field_name FROM fields ORDER BY field_id").rows] == names


def test_a_transaction_holds_nothing_that_would_commit_it_and_the_same_job_again_changes_nothing(
    load: Load, server: SnowflakeSession, snowflake: Snowflake
) -> None:
    content = document(entry("1:A"), entry("2:A"))
    snowflake.door.asked.clear()
    assert load(content).inserted == 2
    said = [sqlglot.parse_one(each.sql, read="snowflake") for each in snowflake.door.asked]
    begun = [type(each) for each in said].index(exp.Transaction)
    assert {type(each) for each in said[begun + 1 : -1]} == {exp.Merge, exp.Insert, exp.Delete, exp.Select}
    assert isinstance(said[-1], exp.Commit)
    assert not [
        each for each in said[begun:] if each.find(exp.Create, exp.Command, exp.TruncateTable, exp.Copy, exp.Put)
    ]
    before = held_rows(server)
    again = load(content)
    assert (again.inserted, again.unchanged) == (0, 2)
    assert held_rows(server) == before


def test_each_statement_that_loads_is_snowflakes_own_and_its_names_are_in_upper_case() -> None:
    lists = {"types": ["a"], "known_jobs": [], "periods": ["a", "b"]}
    for name in SAID:
        for said in script(render(name, {"listed": "staged_users"}), lists):
            tree = sqlglot.parse_one(said.sql, read="snowflake")
            assert len(said.order) == len(list(tree.find_all(exp.Placeholder))), name
            assert not [each for each in tree.find_all(exp.Identifier) if each.name != each.name.upper()], name
            assert not tree.find(exp.OnConflict, exp.Filter, exp.CheckColumnConstraint), name
            assert all(isinstance(each.parent, exp.Insert) for each in tree.find_all(exp.Tuple)), name
            assert "UNNEST" not in said.sql.upper()


def test_a_row_that_is_met_again_is_merged_by_the_key_that_its_table_has() -> None:
    (covered,) = script(render("load_snapshots", {"listed": "staged_time_frames"}), {"types": ["quota"]})
    merge = sqlglot.parse_one(covered.sql, read="snowflake")
    assert isinstance(merge, exp.Merge)
    keys = [each.this.name for each in merge.args["on"].find_all(exp.EQ)]
    assert sorted(keys) == ["JOB_ID", "TIME_FRAME_ID", "TIME_PERIOD_ID"]
    assert [each.args["matched"] for each in merge.args["whens"].expressions] == [False]
    assert covered.bound({"types": ["quota"], **dict.fromkeys(set(covered.order) - {"types"}, 1)})[5] == '["quota"]'


def test_an_error_in_the_middle_is_one_line_and_leaves_every_table_as_it_was(
    load: Load, server: SnowflakeSession, snowflake: Snowflake
) -> None:
    load(document(entry()))
    before = held_rows(server)
    snowflake.door.refuse('MERGE INTO "SNAPSHOTS"', "003001", "SQL access control error:\nInsufficient privileges")
    with pytest.raises(WarehouseError, match=r"refuses: .*Insufficient privileges; give the role of") as refused:
        load(document(entry(), entry("2:A")), snapshot("job-2", at=LATER))
    assert "\n" not in str(refused.value)
    assert held_rows(server) == before
    assert load(document(entry(), entry("2:A")), snapshot("job-2", at=LATER)).inserted == 2


def test_rows_that_did_not_arrive_are_missed_before_anything_is_loaded(
    load: Load, server: SnowflakeSession, snowflake: Snowflake
) -> None:
    load(document(entry()))
    before = held_rows(server)
    snowflake.door.swallow("/fs_bucket/")
    with pytest.raises(WarehouseError, match="of 1 staged rows 0 arrived; nothing of it was loaded: run it again"):
        load(document(entry("2:A")), snapshot("job-2", at=LATER))
    assert held_rows(server) == before


@pytest.mark.parametrize(
    ("code", "says", "way_out"),
    [
        ("000606", "No active warehouse selected in the current session.", r"resumes by itself.*\?warehouse="),
        ("000625", "Statement has locked table 'SNAPSHOTS' in transaction 1.", "let whoever holds a lock"),
        (
            "002003",
            "Schema 'T.NOWHERE' does not exist or not authorized.",
            "look at the names in `warehouse.url`, or give",
        ),
        ("090106", "Cannot perform CREATE TABLE. This session does not have a current schema.", "name the schema"),
    ],
)
def test_what_snowflake_refuses_is_one_line_with_its_way_out(
    warehouse: SnowflakeWarehouse, snowflake: Snowflake, code: str, says: str, way_out: str
) -> None:
    snowflake.door.refuse("CREATE TABLE", code, says)
    with pytest.raises(WarehouseError, match=f"refuses: .*{says[:20]}.*; .*{way_out}") as refused:
        warehouse.ledger()
    assert "\n" not in str(refused.value)
    assert PASSWORD not in f"{refused.value!r} {refused.value.__cause__} {refused.value.__context__}"


def test_a_session_that_ended_is_said_to_be_and_the_next_call_opens_another(
    warehouse: SnowflakeWarehouse, snowflake: Snowflake
) -> None:
    assert warehouse.ledger() == []
    snowflake.door.refuse("SELECT", "390111", "Session no longer exists. New login required to access the service.")
    with pytest.raises(WarehouseError, match=r"the connection was lost: .*run it again: what was committed"):
        warehouse.ledger()
    assert warehouse.ledger() == []


def test_a_wrong_password_is_one_line_without_it(url: str, tmp_path: Path) -> None:
    wrong = url.replace("snow%20%26%20flake%2F%40", "hunter3")
    with pytest.raises(WarehouseError, match="Incorrect username or password") as refused:
        SnowflakeWarehouse(wrong, tmp_path, tmp_path / "loading").ledger()
    assert "hunter3" not in f"{refused.value!r} {refused.value.__cause__} {refused.value.__context__}"


def test_the_ledger_is_what_was_written_and_the_gate_finds_it(
    url: str, warehouse: SnowflakeWarehouse, tmp_path: Path
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
    warehouse: SnowflakeWarehouse, server: SnowflakeSession, snowflake: Snowflake
) -> None:
    assert warehouse.ledger() == []
    warehouse.close()
    snowflake.door.asked.clear()
    assert warehouse.ledger() == []
    assert not [each for each in snowflake.door.asked if "CREATE" in each.sql]
    warehouse.close()
    server.said("COMMENT ON TABLE forecast_entries IS 'schema of long ago'")
    server.said("DROP VIEW v_rep_performance")
    assert warehouse.ledger() == []
    assert server.said("SELECT COUNT(*) FROM v_rep_performance").rows == [(0,)]
    made = [each.sql for each in snowflake.door.asked if each.sql.startswith("CREATE OR REPLACE VIEW")]
    assert made
    assert all("COPY GRANTS" in each for each in made)


def test_what_lies_before_the_window_goes_and_the_rest_stays(
    load: Load, server: SnowflakeSession, warehouse: SnowflakeWarehouse
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
    server: SnowflakeSession, warehouse: SnowflakeWarehouse
) -> None:
    at, later = datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 9, 2, tzinfo=UTC)
    with warehouse.events() as events:
        events.replace_audit_day(date(2026, 8, 31), [{"event": "x"}, {"event": "x"}], [], exported_at=at)
        events.replace_audit_day(date(2026, 8, 31), [{"event": "y"}], [], exported_at=later)
        assert events.audit_days() == {date(2026, 8, 31): later}
        events.keep_opportunities([{"id": "1", "crmScore": {"score": 5}}, {"id": "2"}], exported_at=at)
        events.keep_opportunities([{"id": "1", "crmScore": {"score": 7}}], exported_at=later)
        assert events.ids("SELECT opportunity_id FROM opportunities ORDER BY 1 DESC") == ("2", "1")
        with pytest.raises(WarehouseError, match=r"the query for the ids of opportunities does not run: .*NOWHERE"):
            events.ids("SELECT id FROM nowhere")
        events.ids("DELETE FROM opportunities")
    assert server.said("SELECT event FROM audit_events").rows == [("y",)]
    assert server.said("SELECT opportunity_id, score FROM opportunities ORDER BY 1").rows == [("1", 7), ("2", None)]


def test_a_driver_that_is_not_installed_is_named_with_what_brings_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ours = [name for name in sys.modules if name.startswith("clari_readiness.warehouse.")]
    for name in [name for name in ours if "snowflake" in name or "lease" in name]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "snowflake.connector", None)
    says = r'takes the driver snowflake.connector, which .*; pip install "clari-readiness\[snow'
    with pytest.raises(WarehouseError, match=says):
        warehouse_at("snowflake://me@acme/db/s", tmp_path, SystemClock(), scratch=tmp_path / "loading")
