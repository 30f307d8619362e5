"""A file that is let go of and opened again by the same DuckDB: as if it had been started anew each time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from clari_readiness.warehouse.opening import FileToWrite, WarehouseLocked

WRITES = "import duckdb, sys; duckdb.connect(sys.argv[1]).execute('INSERT INTO kept VALUES (2)')"
HOLDS = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "the team's.duckdb"


@pytest.fixture
def file(path: Path) -> Iterator[FileToWrite]:
    opened = FileToWrite(path, memory_limit="64MB", spill=path.with_name("spill"))
    opened.open().execute("CREATE TABLE kept (n INTEGER); INSERT INTO kept VALUES (1)")
    yield opened
    opened.close()


def numbers(file: FileToWrite) -> list[int]:
    return [n for (n,) in file.open().execute("SELECT n FROM kept ORDER BY n").fetchall()]


def test_another_process_has_the_file_in_between_and_what_it_wrote_is_seen(file: FileToWrite, path: Path) -> None:
    held = subprocess.run([sys.executable, "-c", WRITES, str(path)], capture_output=True, text=True, check=False)
    assert "Could not set lock" in held.stderr
    file.close()
    subprocess.run([sys.executable, "-c", WRITES, str(path)], check=True)
    assert numbers(file) == [1, 2]


def test_what_was_not_committed_is_undone_and_what_was_temporary_is_gone(file: FileToWrite) -> None:
    file.close()
    connection = file.open()
    connection.execute("CREATE TEMP TABLE staged (n INTEGER); BEGIN; INSERT INTO kept VALUES (3)")
    file.close()
    assert numbers(file) == [1]
    file.close()
    with pytest.raises(duckdb.CatalogException, match="staged"):
        file.open().execute("FROM staged")


def test_nothing_is_left_beside_it(file: FileToWrite, path: Path) -> None:
    file.close()
    file.close()
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    with duckdb.connect(path, read_only=True) as connection:
        assert connection.execute("FROM kept").fetchall() == [(1,)]


@pytest.mark.usefixtures("far_from_greenwich")
def test_its_times_are_utc_and_its_memory_has_a_limit_each_time(file: FileToWrite) -> None:
    for _ in range(2):
        file.close()
        settings = "SELECT current_setting('TimeZone'), current_setting('memory_limit')"
        assert file.open().execute(settings).fetchall() == [("UTC", "61.0 MiB")]


def test_a_statement_that_failed_in_a_transaction_does_not_keep_it_from_being_opened_again(file: FileToWrite) -> None:
    file.close()
    connection = file.open()
    with pytest.raises(duckdb.ConversionException):
        connection.execute("BEGIN; INSERT INTO kept VALUES ('x')")
    file.close()
    assert numbers(file) == [1]


def test_a_duckdb_that_answers_no_more_is_replaced(file: FileToWrite) -> None:
    file.close()
    connection = file.open()
    connection.execute("SET memory_limit = '32MB'")
    connection.close()
    file.close()
    assert file.open().execute("SELECT current_setting('memory_limit')").fetchall() == [("61.0 MiB",)]


def test_who_has_it_is_named_and_it_can_be_opened_once_they_are_gone(file: FileToWrite, path: Path) -> None:
    file.close()
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(WarehouseLocked, match=f"process {other.pid} has this warehouse open"):
            file.open()
        other.kill()
    assert numbers(file) == [1]
