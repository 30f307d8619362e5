"""The reference exporter into PostgreSQL, with the real commands: killed, again, two at once, the gate over it."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.elsewhere import new_database
from tests.end_to_end import in_a_server
from tests.end_to_end.holdings import ENTRIES, Row, truth
from tests.end_to_end.in_a_server import Afterwards
from tests.end_to_end.place import Place, Ran, until

TABLES = ("forecast_entries", "snapshots", "users", "fields", "time_periods", "time_frames", "entry_changes")
_HELD = """SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
_AT_WORK = "SELECT wait_event_type FROM pg_stat_activity WHERE application_name LIKE 'clari-readiness: export%%'"


@dataclass(frozen=True)
class Told:
    """A story in a database of its own: what each command said, and what the tables held in between."""

    place: Place
    url: str
    first: Ran
    killed: Ran
    before: dict[str, list[tuple[Any, ...]]]
    after_kill: dict[str, list[tuple[Any, ...]]]
    busy: Ran
    asked_while_busy: int
    again: Ran
    loaded: dict[str, list[Row]]
    true: dict[str, list[Row]]
    afterwards: Afterwards


@pytest.fixture(scope="module")
def told(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Told:
    url = new_database(postgres).replace(":@", "@")  # a password, even an empty one, is refused in a settings file
    place = in_a_server.fresh(tmp_path_factory.mktemp("postgres") / "place", url)
    with place.simulator() as simulator, psycopg.connect(url, autocommit=True) as server:
        first = place.export("--period=2027_Q3")
        assert first.code == 0, first
        before = contents(server)
        killed = _killed_while_loading(place, url)
        until(lambda: not server.execute(_AT_WORK).fetchall())
        after_kill = contents(server)
        busy, again, asked_while_busy = _two_at_once(place, server)
        return Told(
            place,
            url,
            first,
            killed,
            before,
            after_kill,
            busy,
            asked_while_busy,
            again,
            in_a_server.by_job(server.execute(ENTRIES).fetchall()),
            truth(place, simulator),
            in_a_server.afterwards(place),
        )


def _killed_while_loading(place: Place, url: str) -> Ran:
    """Hold a table that a load comes to when its entries are rows already, and kill it there."""
    with psycopg.connect(url) as holder, psycopg.connect(url, autocommit=True) as server:
        holder.execute("LOCK TABLE snapshots IN ACCESS EXCLUSIVE MODE")
        exporter = place.start("export", "--env=simulated")
        until(lambda: ("Lock",) in server.execute(_AT_WORK).fetchall(), exporter)
        return exporter.signalled(signal.SIGKILL)


def _two_at_once(place: Place, server: psycopg.Connection[Any]) -> tuple[Ran, Ran, int]:
    """Export, and meanwhile export from another machine, whose lock file is another one."""
    elsewhere = place.copy(place.directory.with_name("elsewhere"))
    first = place.start("export", "--env=simulated")
    until(lambda: server.execute(_HELD).fetchall(), first)
    first.process.send_signal(signal.SIGSTOP)
    before = len(place.journal())
    second = elsewhere.export()
    asked = len(place.journal()) - before
    return second, first.signalled(signal.SIGCONT), asked


def contents(server: psycopg.Connection[Any]) -> dict[str, list[tuple[Any, ...]]]:
    return {name: sorted(server.execute(f"SELECT t::text FROM {name} AS t").fetchall()) for name in TABLES}  # noqa: S608 - literals


def test_a_run_killed_while_its_rows_were_being_added_leaves_every_table_as_it_was(told: Told) -> None:
    assert (told.first.code, told.killed.code) == (0, -signal.SIGKILL)
    assert len(told.before["forecast_entries"]) > 100
    assert told.after_kill == told.before


def test_the_next_run_goes_on_with_the_same_job_and_the_tables_are_exact(told: Told) -> None:
    assert (told.again.code, told.again.err) == (0, ""), told.again
    in_a_server.assert_two_jobs_are_loaded(told.place, told.loaded, told.true)


def test_an_exporter_on_another_machine_stops_with_one_line_and_asks_clari_nothing(told: Told) -> None:
    in_a_server.assert_refused_for_another(told.busy)
    assert told.asked_while_busy <= 1  # the first may have had one request under way when it was held


def test_nothing_is_due_any_more_and_clari_and_the_warehouse_are_the_same(told: Told) -> None:
    in_a_server.assert_settled(told.afterwards)


def test_the_gate_asks_the_ledger_beside_the_tables(told: Told) -> None:
    in_a_server.assert_ledger_is_asked(told.place, told.afterwards, "export_jobs")


def test_nothing_of_the_killed_run_is_left_lying_about(told: Told) -> None:
    left = {path.name for path in Path(told.place.state).glob("loading*")}
    assert left == {"loading.exporter.lock"}
