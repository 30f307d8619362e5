from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from clari_readiness.errors import WarehouseError
from clari_readiness.model.calendar import Quarter, Window
from clari_readiness.model.exports import ExportRequest
from clari_readiness.warehouse import DuckDBWarehouse, JobState, LedgerEntry, RetiredRows
from clari_readiness.warehouse.events import EventStore
from tests.warehouse.documents import ENDED, STAR, ask, document, dump, entry, snapshot

WINDOW = Window(Quarter(2027, 3), date(2026, 8, 1))
TABLES = (*STAR, "entry_changes")


@pytest.fixture
def three_quarters(load: Callable[..., Any]) -> None:
    """Two exports each of three quarters. 1:A is in all of them, 2:A only in the oldest."""
    for number, period in enumerate(("2027_Q2", "2027_Q3", "2027_Q4")):
        for again in range(2):
            people = [entry("1:A", period=period, forecastValue=again)]
            people += [entry("2:A", period=period)] if number == 0 else []
            at = ENDED + timedelta(days=number * 90 + again)
            load(document(*people), snapshot(f"job-{number}{again}", period=period, at=at))


@pytest.mark.usefixtures("three_quarters")
def test_what_lies_before_the_first_kept_quarter_goes_from_every_table(warehouse: DuckDBWarehouse, path: Path) -> None:
    retired = warehouse.retire(WINDOW)
    warehouse.close()
    assert retired.tables == (
        RetiredRows("forecast_entries", 4, ("2027_Q2",)),
        RetiredRows("entry_changes", 1, ("2027_Q2",)),
        RetiredRows("snapshots", 2, ("2027_Q2",)),
        RetiredRows("time_frames", 1, ("2027_Q2",)),
        RetiredRows("time_periods", 1, ("2027_Q2",)),
        RetiredRows("users", 1),
        RetiredRows("fields", 0),
    )
    for table in ("forecast_entries", "entry_changes", "snapshots", "time_frames", "time_periods"):
        found = ask(path, f"SELECT DISTINCT time_period_id FROM {table} ORDER BY 1")  # noqa: S608 - a literal above
        assert found == [("2027_Q3",), ("2027_Q4",)]
    assert ask(path, "SELECT user_id FROM users") == [("1:A",)]


@pytest.mark.usefixtures("three_quarters")
def test_what_would_go_is_told_beforehand_and_the_file_stays_as_it_is_to_the_byte(
    warehouse: DuckDBWarehouse, path: Path
) -> None:
    before = path.read_bytes()
    would = warehouse.would_retire(WINDOW)
    assert path.read_bytes() == before
    assert warehouse.retire(WINDOW) == would


def test_looking_does_not_settle_what_a_killed_run_left_in_the_log(
    load: Callable[..., Any], warehouse: DuckDBWarehouse, path: Path
) -> None:
    load(document(entry(period="2027_Q2")), snapshot("job-1", "2027_Q2"))
    killed = (
        "import duckdb, os, signal, sys; c = duckdb.connect(sys.argv[1]); "
        "c.execute('INSERT INTO forecast_entries SELECT * FROM forecast_entries'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", killed, str(path)], check=False, timeout=60)
    log = path.with_name(f"{path.name}.wal")
    before = path.read_bytes(), log.read_bytes()
    assert warehouse.would_retire(WINDOW).tables[0] == RetiredRows("forecast_entries", 2, ("2027_Q2",))
    assert (path.read_bytes(), log.read_bytes()) == before


@pytest.mark.usefixtures("three_quarters")
def test_the_second_time_there_is_nothing_to_take_and_nothing_is_written(
    warehouse: DuckDBWarehouse, path: Path
) -> None:
    assert not warehouse.retire(WINDOW).nothing
    warehouse.close()
    before = path.read_bytes()
    assert warehouse.retire(WINDOW).nothing
    warehouse.close()
    assert path.read_bytes() == before


@pytest.mark.usefixtures("three_quarters")
def test_an_error_on_the_way_leaves_every_table_as_it_was(warehouse: DuckDBWarehouse, path: Path) -> None:
    with duckdb.connect(path) as connection:
        connection.execute("ALTER TABLE fields RENAME TO kept; CREATE VIEW fields AS FROM kept")
    before = dump(path, *TABLES)
    with pytest.raises(WarehouseError, match="the warehouse refused the change"):
        warehouse.retire(WINDOW)
    warehouse.close()
    assert dump(path, *TABLES) == before


@pytest.mark.usefixtures("three_quarters")
def test_the_ledger_keeps_its_lines_and_forgets_where_files_of_past_quarters_were(
    warehouse: DuckDBWarehouse,
) -> None:
    for number, period in enumerate(("2027_Q1", "2027_Q2", "2027_Q3")):
        request = ExportRequest("net_bookings", period, ("forecast",))
        warehouse.record(LedgerEntry(str(number), request, ENDED, JobState.LOADED, path=Path(f"{period}.json")))
    assert warehouse.retire(WINDOW).files_forgotten == 2
    assert [(line.request.time_period, line.path) for line in warehouse.ledger()] == [
        ("2027_Q1", None),
        ("2027_Q2", None),
        ("2027_Q3", Path("2027_Q3.json")),
    ]


def test_of_a_quarter_that_was_never_loaded_the_ledger_forgets_the_refused_file(warehouse: DuckDBWarehouse) -> None:
    request = ExportRequest("net_bookings", "2027_Q2", ("forecast",))
    warehouse.record(LedgerEntry("1", request, ENDED, JobState.REFUSED, path=Path("refused.json")))
    retired = warehouse.retire(WINDOW)
    assert retired.files_forgotten == 1
    assert not any(table.count for table in retired.tables)
    assert warehouse.retire(WINDOW).nothing


def test_a_period_that_is_not_named_like_a_quarter_stays(
    load: Callable[..., Any], warehouse: DuckDBWarehouse, path: Path
) -> None:
    content = document(entry(period="1999"))
    content["timePeriods"][0]["type"] = "year"
    load(content, snapshot(period="1999"))
    assert warehouse.retire(WINDOW).nothing
    warehouse.close()
    assert ask(path, "SELECT time_period_id FROM forecast_entries") == [("1999",)]


def an_event(actor: str | None, number: int = 0) -> dict[str, Any]:
    return {"event": "user.login", "sessionId": str(number), **({"actorId": actor} if actor else {})}


@pytest.fixture
def audited(warehouse: DuckDBWarehouse, path: Path) -> Path:
    """Two days on both sides of the window's first; `gone` was busy before it alone, `both` on both, `listed` never."""
    warehouse.ledger()
    warehouse.close()
    who = {name: {"actorId": name, "name": name} for name in ("gone", "both", "listed", "forgotten")}
    with EventStore(path) as store:
        for day, names, listed in (
            (WINDOW.begins - timedelta(days=2), ("gone", "both"), ("forgotten",)),
            (WINDOW.begins - timedelta(days=1), ("gone",), ()),
            (WINDOW.begins, ("both",), ("listed",)),
        ):
            at = datetime.combine(day, time(8), UTC)
            events = [an_event(name, number) for number, name in enumerate((*names, None))]
            store.replace_audit_day(day, events, [who[name] for name in (*names, *listed)], exported_at=at)
        store.keep_opportunities([{"id": "006"}], exported_at=ENDED - timedelta(days=900))
    return path


def test_audit_events_before_the_window_go_and_actors_with_the_last_that_names_them(
    warehouse: DuckDBWarehouse, audited: Path
) -> None:
    retired = warehouse.retire(WINDOW)
    warehouse.close()
    assert retired.tables[-3:] == (
        RetiredRows("audit_actors", 2),
        RetiredRows("audit_events", 5, ("2026-07-30", "2026-07-31")),
        RetiredRows("audit_days", 2, ("2026-07-30", "2026-07-31")),
    )
    assert ask(audited, "SELECT actor_id FROM audit_actors ORDER BY ALL") == [("both",), ("listed",)]
    assert ask(audited, "SELECT day, actor_id FROM audit_events ORDER BY ALL") == [
        (WINDOW.begins, "both"),
        (WINDOW.begins, None),
    ]
    assert ask(audited, "SELECT day FROM audit_days") == [(WINDOW.begins,)]


def test_opportunities_are_as_last_seen_and_stay(warehouse: DuckDBWarehouse, audited: Path) -> None:
    warehouse.retire(WINDOW)
    warehouse.close()
    assert ask(audited, "SELECT opportunity_id FROM opportunities") == [("006",)]


def test_the_second_time_nothing_of_the_audit_is_left_to_take(warehouse: DuckDBWarehouse, audited: Path) -> None:
    warehouse.retire(WINDOW)
    warehouse.close()
    before = audited.read_bytes()
    assert warehouse.retire(WINDOW).nothing
    warehouse.close()
    assert audited.read_bytes() == before


def test_a_file_of_somebody_else_is_refused_and_stays_as_it_is(warehouse: DuckDBWarehouse, path: Path) -> None:
    with duckdb.connect(path) as connection:
        connection.execute("CREATE TABLE theirs AS SELECT '2020_Q1' AS time_period_id")
    before = path.read_bytes()
    for asked in (warehouse.would_retire, warehouse.retire):
        with pytest.raises(WarehouseError, match=r"no warehouse of the reference exporter: it has no forecast_entries"):
            asked(WINDOW)
    warehouse.close()
    assert path.read_bytes() == before


def test_a_warehouse_that_is_not_there_is_not_made(warehouse: DuckDBWarehouse, path: Path) -> None:
    with pytest.raises(WarehouseError, match="there is no such warehouse file"):
        warehouse.retire(WINDOW)
    assert not path.exists()
