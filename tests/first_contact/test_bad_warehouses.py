"""A warehouse that is missing, locked, empty, somebody else's, of an old schema, read-only: one clear line each."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from clari_readiness.errors import WarehouseError
from clari_readiness.gate.evidence import EvidenceLog
from clari_readiness.gate.items import Promise
from clari_readiness.gate.judgement import judge
from clari_readiness.model.findings import Finding, Item, Result
from clari_readiness.model.time import SystemClock
from clari_readiness.warehouse import DuckDBWarehouse, Tables, WarehouseReader
from tests.commands import DEFAULTS, SIMULATED, run, small_simulator

URL = "duckdb:///warehouse.duckdb"
CHECKS = Path(__file__).parents[2] / "clari_readiness" / "warehouse" / "sql" / "checks"
OVER_FORECASTS = [path.stem for path in sorted(CHECKS.glob("*.sql")) if "{{forecasts}}" in path.read_text()]
HOLD = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"

Spoil = Callable[[Path], None]


def sql(path: Path, *statements: str) -> None:
    with duckdb.connect(str(path)) as connection:
        for each in statements:
            connection.execute(each)


def missing(path: Path) -> None:
    assert not path.exists()


def a_directory(path: Path) -> None:
    path.mkdir()


def of_no_bytes(path: Path) -> None:
    path.touch()


def no_database(path: Path) -> None:
    path.write_bytes(b"PAR1" * 5_000)


def cut_short(path: Path) -> None:
    sql(path, "CREATE TABLE clari_forecasts AS SELECT range AS forecast_name FROM range(100000)")
    path.write_bytes(path.read_bytes()[:9_000])


def without_a_table(path: Path) -> None:
    sql(path)


def of_an_old_schema(path: Path) -> None:
    sql(path, "CREATE TABLE clari_forecasts (forecast_name VARCHAR, amount DOUBLE)")


def with_a_view_over_nothing(path: Path) -> None:
    sql(path, "CREATE TABLE t (a INT)", "CREATE VIEW clari_forecasts AS SELECT a FROM t", "DROP TABLE t")


SAYS: dict[Spoil, str] = {
    missing: "there is no such warehouse file; run the export first, or mend `warehouse.url`",
    a_directory: "is a directory; name a file in `warehouse.url`",
    of_no_bytes: "this file is no DuckDB database; mend `warehouse.url`",
    no_database: "this file is no DuckDB database; mend `warehouse.url`",
    cut_short: "cannot be opened: ",
    without_a_table: "has no table clari_forecasts; it has nothing yet; make it, or name another one in `warehouse.",
    of_an_old_schema: "clari_forecasts has no column ",
    with_a_view_over_nothing: "clari_forecasts cannot be read: Catalog Error: Table with name t does not exist",
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "warehouse.duckdb"


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Another process has the file open, to write."""
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield
        holder.communicate()


def asked(path: Path, name: str) -> None:
    with WarehouseReader.open(URL, Tables(), path.parent) as reader:
        reader.selection(f"checks/{name}")


def finding(error: WarehouseError) -> Finding:
    """Return what the gate makes of a check that could not look."""
    promise = Promise(Item("OWN-01", "a promise", "P2", ("warehouse",)), "warehouse")
    log = EvidenceLog()
    log.saw("something before that", 1)
    log.concludes("all is well")
    return judge(
        promise, check="c", why="", error=error, in_call=True, evidence=log, check_roots=(Path("/"),), seconds=0.1
    )


@pytest.mark.parametrize(
    ("spoil", "name"),
    [
        (spoil, name)
        for spoil in SAYS
        for name in OVER_FORECASTS
        if (spoil, name) != (of_an_old_schema, "amounts_present")  # to lack every amount is an answer, and it fails
    ],
    ids=lambda each: each if isinstance(each, str) else each.__name__,
)
def test_every_question_is_refused_in_one_line_that_names_the_place(path: Path, spoil: Spoil, name: str) -> None:
    spoil(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(WarehouseError) as refused:
        asked(path, name)
    assert SAYS[spoil] in str(refused.value)
    assert "\n" not in str(refused.value)
    assert finding(refused.value).result is Result.NOT_VERIFIED
    assert finding(refused.value).observed == refused.value.message
    assert (path.read_bytes() if path.is_file() else None) == before


def test_a_warehouse_that_somebody_writes_is_not_looked_at(path: Path) -> None:
    without_a_table(path)
    with held(path), pytest.raises(WarehouseError, match=r"process \d+ has this warehouse open; let it finish"):
        asked(path, "freshness")


def test_without_the_mapped_column_the_nearest_is_named(path: Path) -> None:
    sql(path, "CREATE TABLE t AS SELECT 'a' AS forecast_name, 'b' AS time_period, DATE '2026-01-01' AS export_at")
    tables = Tables("t", {"exported_at": "exportd_at"})
    with WarehouseReader.open(URL, tables, path.parent) as reader, pytest.raises(WarehouseError) as refused:
        reader.ask("freshness", forecasts=["a"], time_period="b")
    assert "t has no column exportd_at (our exported_at); it has forecast_name, " in str(refused.value)
    assert str(refused.value).endswith("did you mean export_at?")


COMMANDS = {"export": 1, "reconcile": 10, "retention": 1}
REFUSED: dict[Spoil, tuple[str, ...]] = {
    a_directory: ("export", "reconcile", "retention"),
    no_database: ("export", "reconcile", "retention"),
    of_an_old_schema: ("export", "reconcile", "retention"),
    missing: ("reconcile", "retention"),
}


@pytest.mark.parametrize(
    ("spoil", "command"),
    [(spoil, command) for spoil, commands in REFUSED.items() for command in commands],
    ids=lambda each: each if isinstance(each, str) else each.__name__,
)
def test_no_command_does_anything_with_a_warehouse_that_it_cannot_use(
    tmp_path: Path, path: Path, capsys: pytest.CaptureFixture[str], spoil: Spoil, command: str
) -> None:
    (tmp_path / "clari-readiness.toml").write_text(f"{DEFAULTS}history_quarters = 0{SIMULATED}")
    spoil(path)
    with small_simulator(tmp_path) as simulator:
        code = run(tmp_path, command)
        assert [line for line in simulator.journal if line.method == "POST"] == []
    said = capsys.readouterr()
    assert code == COMMANDS[command], said
    (line,) = said.err.splitlines()
    assert line.startswith("clari-readiness: ")
    assert "; " in line, "it says no way out"
    assert "Traceback" not in said.out


def test_a_warehouse_of_somebody_elses_keeps_its_tables(path: Path) -> None:
    of_an_old_schema(path)
    with pytest.raises(WarehouseError, match=r"our tables cannot be made: .*; let `warehouse\.url` name a file of"):
        DuckDBWarehouse(path, SystemClock()).ledger()
    with duckdb.connect(str(path)) as connection:
        assert connection.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("clari_forecasts",)]


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A directory that every user may enter: those of pytest are for their owner alone."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)
        for each in (Path(name), Path(name) / "closed"):
            each.chmod(0o755)


def test_what_this_user_may_not_write_or_enter_says_so(open_to_all: Path) -> None:
    """In a process of its own, which gives its rights away: root may do everything."""
    path, closed = open_to_all / "w.duckdb", open_to_all / "closed" / "w.duckdb"
    without_a_table(path)
    path.chmod(0o444)
    closed.parent.mkdir(mode=0o700)
    tried = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, str(open_to_all)], capture_output=True, text=True, check=False
    )
    no = "cannot be opened: permission denied; let this user write it, and beside it"
    assert tried.stdout.splitlines() == [
        f"{path}: {no}",
        f"{open_to_all / 'new.duckdb'}: {no}",
        f"{closed}: cannot be looked at (Permission denied); let this user into its directory",
        f"{closed}: cannot be looked at (Permission denied); let this user into its directory",
        "read",
    ], tried


AS_NOBODY = """
import os, sys
from pathlib import Path
from clari_readiness.errors import WarehouseError
from clari_readiness.warehouse.opening import open_to_read, open_to_write
directory = Path(sys.argv[1])
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
else:
    (directory / "closed").chmod(0)
    directory.chmod(0o555)
for name in ("w.duckdb", "new.duckdb", "closed/w.duckdb"):
    try:
        open_to_write(directory / name, memory_limit="64MB", spill=directory)
    except WarehouseError as error:
        print(error)
try:
    open_to_read(directory / "closed/w.duckdb", spill=directory)
except WarehouseError as error:
    print(error)
open_to_read(directory / "w.duckdb", spill=directory).close()
print("read")
"""
