"""A file that is let go of and opened again in a DuckDB that stays: as if it had been started anew each time."""

from __future__ import annotations

import multiprocessing
import sqlite3
import subprocess
import sys
import weakref
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from clari_readiness.errors import WarehouseError
from clari_readiness.warehouse.attaching import AttachedFile, attach
from clari_readiness.warehouse.opening import WarehouseLocked, open_to_read, open_to_write

WRITES = "import duckdb, sys; duckdb.connect(sys.argv[1]).execute('INSERT INTO kept VALUES (2)')"
HOLDS = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
BIG = "CREATE TEMP TABLE big AS SELECT hash(range) AS a, hash(range + 1) AS b FROM range(4_000_000)"

OPEN: list[AttachedFile] = []


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "the team's.duckdb"
    with to_write(path) as file:
        file.connection.execute("CREATE TABLE kept (n INTEGER); INSERT INTO kept VALUES (1)")
    return path


def to_write(path: Path) -> AttachedFile:
    return open_to_write(path, memory_limit="64MB", spill=path.with_name("spill"))


def to_read(path: Path) -> AttachedFile:
    return open_to_read(path, spill=path.with_name("spill"))


def numbers(path: Path) -> list[int]:
    with to_read(path) as file:
        return [n for (n,) in file.connection.execute("SELECT n FROM kept ORDER BY n").fetchall()]


def written_by_another(path: Path) -> str:
    return subprocess.run([sys.executable, "-c", WRITES, path], capture_output=True, text=True, check=False).stderr


def test_another_process_has_the_file_in_between_and_what_it_wrote_is_seen(path: Path) -> None:
    with to_write(path):
        assert "Could not set lock" in written_by_another(path)
    assert written_by_another(path) == ""
    assert numbers(path) == [1, 2]


def test_as_long_as_one_of_two_readers_has_the_file_nobody_else_writes(path: Path) -> None:
    one, two = to_read(path), to_read(path.parent / ".." / path.parent.name / path.name)
    one.close()
    assert "Could not set lock" in written_by_another(path)
    assert two.connection.execute("FROM kept").fetchall() == [(1,)]
    two.close()
    assert written_by_another(path) == ""


def test_who_reads_does_not_write_and_the_other_way_round(path: Path) -> None:
    for first, second in ((to_read, to_write), (to_write, to_read)):
        with first(path), pytest.raises(WarehouseError, match="this very process reads and writes it at once; close"):
            second(path)
        with first(path):
            assert "Could not set lock" in written_by_another(path)
    with to_read(path) as file, pytest.raises(duckdb.InvalidInputException, match="read-only"):
        file.connection.execute("INSERT INTO kept VALUES (3)")


def test_what_was_not_committed_is_undone_and_what_was_temporary_is_gone(path: Path) -> None:
    with to_write(path) as file:
        file.connection.execute("CREATE TEMP TABLE staged (n INTEGER); BEGIN; INSERT INTO kept VALUES (3)")
    assert numbers(path) == [1]
    with to_write(path) as file, pytest.raises(duckdb.CatalogException, match="staged"):
        file.connection.execute("FROM staged")


def test_nothing_is_left_beside_it(path: Path) -> None:
    file = to_write(path)
    file.close()
    file.close()
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    with duckdb.connect(path, read_only=True) as connection:
        assert connection.execute("FROM kept").fetchall() == [(1,)]


@pytest.mark.usefixtures("far_from_greenwich")
def test_its_times_are_utc_and_its_settings_are_those_of_whoever_opened_it(path: Path) -> None:
    settings = "SELECT " + ", ".join(
        f"current_setting('{name}')"
        for name in ("TimeZone", "memory_limit", "temp_directory", "preserve_insertion_order")
    )
    spill = str(path.with_name("spill"))
    for limit, is_told in (("64MB", "61.0 MiB"), ("32MB", "30.5 MiB")) * 2:
        with attach(path, read_only=True, memory_limit=limit, spill=path.with_name("spill")) as file:
            assert file.connection.execute(settings).fetchall() == [("UTC", is_told, spill, True)]
            file.connection.execute("SET TimeZone = 'Asia/Tokyo'; SET preserve_insertion_order = false")
    with to_read(path) as file:
        assert file.connection.execute("SELECT current_setting('memory_limit')").fetchall()[0][0].endswith("GiB")


def test_what_did_not_fit_is_gone_with_the_file_and_the_next_goes_elsewhere(path: Path) -> None:
    for name in ("spill", "another"):
        spill = path.with_name(name)
        with open_to_write(path, memory_limit="32MB", spill=spill) as file:
            file.connection.execute(BIG)
            assert list(spill.iterdir()) != []
        assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_statement_that_failed_in_a_transaction_does_not_keep_it_from_being_opened_again(path: Path) -> None:
    with to_write(path) as file, pytest.raises(duckdb.ConversionException):
        file.connection.execute("BEGIN; INSERT INTO kept VALUES ('x')")
    assert numbers(path) == [1]


def test_a_connection_that_answers_no_more_is_no_matter(path: Path) -> None:
    with to_write(path) as file:
        file.connection.close()
    assert written_by_another(path) == ""
    assert numbers(path) == [1, 2]


def test_who_forgets_to_close_it_lets_go_of_it_all_the_same(path: Path) -> None:
    file = to_write(path)
    gone = weakref.ref(file)
    del file
    assert gone() is None
    assert written_by_another(path) == ""


@pytest.mark.parametrize("name", ["dev.duckdb", "memory.duckdb", "Temp.db", "select.a b.duckdb", "with'quote.duckdb"])
def test_whoever_names_its_database_finds_it(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with duckdb.connect(path) as connection:
        ((database,),) = connection.execute("SELECT current_database()").fetchall()
        connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
        connection.execute(f'CREATE VIEW seen AS FROM "{database}".main.kept')
    with to_read(path) as file:
        assert file.connection.execute("FROM seen").fetchall() == [(1,)]
        if database != "memory":  # each DuckDB has one of that name
            assert file.connection.execute(f'FROM "{database}".main.kept').fetchall() == [(1,)]


def test_who_has_it_is_named_and_it_can_be_opened_once_they_are_gone(path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        for opened in (to_read, to_write):
            with pytest.raises(WarehouseLocked, match=f"process {other.pid} has this warehouse open"):
                opened(path)
        other.kill()
    assert numbers(path) == [1]


def test_a_process_that_was_forked_has_duckdbs_of_its_own(path: Path) -> None:
    numbers(path)
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply(numbers, (path,)) == [1]
    with to_write(path), multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply(said_to, (path,)) == f"{path}: this very process reads and writes it at once"


def test_a_process_that_was_forked_leaves_alone_what_its_parent_has_open(path: Path) -> None:
    journal = path.with_name(f"{path.name}.wal")
    with to_write(path) as file:
        file.connection.execute("INSERT INTO kept VALUES (2)")
        assert journal.exists()
        with multiprocessing.get_context("fork").Pool(1, OPEN.append, (file,)) as pool:
            pool.apply(close_all)
        assert journal.exists()
    assert numbers(path) == [1, 2]


def close_all() -> None:
    for file in OPEN:
        file.close()


def said_to(path: Path) -> str:
    try:
        with to_write(path):
            return "opened"
    except WarehouseError as error:
        return error.message


def test_a_file_that_was_opened_past_us_is_one_line_too(path: Path) -> None:
    with duckdb.connect(path):
        assert said_to(path) == f"{path}: this very process reads and writes it at once"


def test_a_file_of_another_kind_is_no_duckdb_database_and_nothing_is_downloaded_to_read_it(tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE kept (n INTEGER)")
    for opened in (to_read, to_write):
        with pytest.raises(WarehouseError, match=r"this file is no DuckDB database; mend `warehouse\.url`"):
            opened(other)
