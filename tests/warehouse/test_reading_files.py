"""A DuckDB file is opened to be read: beside others, and with what it takes in files of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from clari_readiness.errors import WarehouseError
from clari_readiness.warehouse import (
    Tables,
    WarehouseReader,
    database_path,
)
from tests.warehouse.conftest import Ask, Load
from tests.warehouse.documents import document, entry


def of_duckdb(path: Path) -> WarehouseReader:
    return WarehouseReader.open(f"duckdb:///{path.name}", Tables(), path.parent)


def test_a_file_that_is_missing_or_no_database_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="there is no such warehouse file"):
        of_duckdb(tmp_path / "missing.duckdb")
    assert not (tmp_path / "missing.duckdb").exists()
    (tmp_path / "text.duckdb").write_text("hello" * 1000)
    with pytest.raises(WarehouseError, match="no DuckDB database"):
        of_duckdb(tmp_path / "text.duckdb")
    with pytest.raises(WarehouseError):
        WarehouseReader.open("duckdb:///.", Tables(), tmp_path)


def test_a_locked_file_names_who_holds_it_and_several_readers_are_welcome(load: Load, path: Path, asked: Ask) -> None:
    load(document(entry()))
    code = (
        "import duckdb, sys\n"
        "c = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == 'read'); print('open', flush=True); sys.stdin.read()"
    )
    for how in ("write", "read"):
        with subprocess.Popen(
            [sys.executable, "-c", code, str(path), how], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == "open\n"
            if how == "write":
                with pytest.raises(WarehouseError, match=f"process {other.pid} has this warehouse open"):
                    of_duckdb(path)
            else:
                assert len(asked(path, "period_coverage", forecasts=["net_bookings"])) == 1
            other.kill()


def test_a_reader_cannot_write(load: Load, path: Path) -> None:
    load(document(entry()))
    with of_duckdb(path) as opened, pytest.raises(WarehouseError, match="read-only"):
        opened.run("nothing", "DELETE FROM forecast_entries", {})


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("redshift://me:hunter2@acme/db", "redshift:// are not built yet: only duckdb:///"),
        ("warehouse.duckdb", "no scheme"),
        ("duckdb://warehouse.duckdb", "names no file"),
        ("duckdb:///", "names no file"),
    ],
)
def test_a_url_that_is_no_duckdb_file_is_refused_without_repeating_it(tmp_path: Path, url: str, says: str) -> None:
    with pytest.raises(WarehouseError, match=says) as refused:
        database_path(url, tmp_path)
    assert "hunter2" not in str(refused.value)


def test_relative_paths_start_at_the_base_and_absolute_ones_do_not() -> None:
    assert database_path("duckdb:///a/b.duckdb", Path("/base")) == Path("/base/a/b.duckdb")
    assert database_path("duckdb:////a/b.duckdb", Path("/base")) == Path("/a/b.duckdb")


def test_what_does_not_fit_the_gates_memory_goes_to_files_for_this_user_alone_and_is_gone_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, spill = tmp_path / "history.duckdb", tmp_path / "spill"
    spill.mkdir()
    with duckdb.connect(path) as connection:
        connection.execute(
            "CREATE TABLE history AS SELECT range AS n, repeat(CAST(range AS VARCHAR), 40) AS t FROM range(400000)"
        )
    monkeypatch.setattr("tempfile.tempdir", str(spill))
    monkeypatch.setattr("clari_readiness.warehouse.engines.duckdb._MEMORY", "64MB")
    with WarehouseReader.open(f"duckdb:///{path}", Tables("history"), tmp_path) as opened:
        (directory,) = spill.iterdir()
        assert directory.stat().st_mode & 0o777 == 0o700
        sql = "SELECT count(*) FROM (SELECT t FROM history GROUP BY t ORDER BY t LIMIT 300000)"
        assert opened.run("spilling", sql, {}).rows == ((300_000,),)
    assert list(spill.iterdir()) == []
    assert sorted(each.name for each in tmp_path.iterdir()) == ["history.duckdb", "spill"]
