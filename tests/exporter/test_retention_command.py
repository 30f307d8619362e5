"""`clari-readiness retention`: time passes after an export, and a quarter leaves the window."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from clari_readiness.exporter import exclusively, lock_beside
from clari_readiness.simulator import EmptyResults
from tests.commands import DEFAULTS, RECORDED, SIMULATED, Ended, run, small_simulator
from tests.warehouse.documents import ask

SETTINGS = f"{DEFAULTS}history_quarters = 2\nretention_quarters = 5{RECORDED}{SIMULATED}"
LATER = datetime(2027, 8, 15, 9, tzinfo=UTC)
"""In 2028_Q3, whose window of five quarters begins with 2027_Q3."""

TABLES = ("forecast_entries", "entry_changes", "snapshots", "time_frames", "time_periods")

Command = Callable[..., Ended]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """2027_Q2 to 2027_Q4, exported twice, the second time as empty documents that were refused. Then months pass."""
    directory: Path = tmp_path_factory.mktemp("retention") / "exported"
    with small_simulator(directory) as running:
        (directory / "clari-readiness.toml").write_text(SETTINGS)
        assert run(directory, "export", "--audit-events") == 0
        running.set_faults([EmptyResults()])
        assert run(directory, "export", "--anew") == 1
    with small_simulator(directory, now=LATER):
        pass
    return directory


@pytest.fixture
def place(template: Path, tmp_path: Path) -> Path:
    directory: Path = shutil.copytree(template, tmp_path / "place")
    return directory


@pytest.fixture
def command(place: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    def ran(*options: str) -> Ended:
        return run(place, "retention", *options), *capsys.readouterr()

    return ran


def files(place: Path) -> dict[str, bytes]:
    """All that is there, to the byte, but for what every run leaves: the lock's holder, its record, its metrics."""
    left = ("warehouse.duckdb.exporter.lock", "state.duckdb", "metrics.prom")
    found = (path for path in place.rglob("*") if path.is_file() and path.name not in left)
    return {str(path.relative_to(place)): path.read_bytes() for path in found}


def landed(place: Path) -> set[str]:
    return {name for name in files(place) if name.startswith(".readiness/simulated/landing/")}


def periods(place: Path) -> set[str]:
    warehouse = place / "warehouse.duckdb"
    return {str(one) for name in TABLES for (one,) in ask(warehouse, f"SELECT time_period_id FROM {name}")}  # noqa: S608


def test_a_dry_run_tells_what_would_go_of_each_table_and_file_and_changes_no_byte(
    place: Path, command: Command
) -> None:
    before = files(place)
    past = [path for path in place.rglob("*.json") if path.parent.name == "2027_Q2"]
    rows = {
        name: ask(place / "warehouse.duckdb", f"SELECT count(*) FROM {name} WHERE time_period_id = '2027_Q2'")[0][0]  # noqa: S608
        for name in ("forecast_entries", "snapshots", "time_frames")
    }
    metrics = (place / ".readiness" / "simulated" / "metrics.prom").read_bytes()
    code, said, complained = command("--dry-run")
    assert (code, complained) == (0, "")
    assert (place / ".readiness" / "simulated" / "metrics.prom").read_bytes() == metrics
    assert said.splitlines() == [
        "the window: 2027_Q3 to 2028_Q3, 5 quarters, and later ones",
        f"forecast_entries: {rows['forecast_entries']:,} rows of 2027_Q2 would go",
        f"snapshots: {rows['snapshots']} rows of 2027_Q2 would go",
        f"time_frames: {rows['time_frames']} rows of 2027_Q2 would go",
        "time_periods: 1 row of 2027_Q2 would go",
        "export_jobs: 2 rows of the ledger stay, their paths would go",
        f"landed files: 3 files, {sum(path.stat().st_size for path in past):,} bytes of 2027_Q2 would go",
    ]
    assert len(past) == 3  # what was loaded, what was refused, and why
    assert files(place) == before


def test_what_was_told_goes_and_all_else_stays(place: Path, command: Command) -> None:
    _, told, _ = command("--dry-run")
    before = landed(place)
    assert periods(place) == {"2027_Q2", "2027_Q3", "2027_Q4"}
    code, said, complained = command()
    assert (code, complained) == (0, "")
    assert said == told.replace("would go", "gone")
    assert periods(place) == {"2027_Q3", "2027_Q4"}
    assert landed(place) == {name for name in before if "2027_Q2" not in name}
    assert len(landed(place)) == 6
    assert not list(place.rglob("2027_Q2"))


def test_the_ledger_still_knows_each_job(place: Path, command: Command) -> None:
    command()
    jobs = ask(place / "warehouse.duckdb", "SELECT time_period_id, state, path IS NULL FROM export_jobs ORDER BY ALL")
    assert jobs == [
        *((period, state, period == "2027_Q2") for period in ("2027_Q2", "2027_Q3", "2027_Q4") for state in STATES)
    ]


STATES = ("loaded", "refused")


def test_the_second_time_there_is_nothing_to_do_and_no_byte_changes(place: Path, command: Command) -> None:
    command()
    before = files(place)
    code, said, complained = command()
    assert (code, complained) == (0, "")
    assert said.splitlines()[1:] == ["nothing lies before it"]
    assert files(place) == before


def test_time_is_the_simulators_and_with_its_clock_as_it_was_nothing_goes(place: Path, command: Command) -> None:
    with small_simulator(place, now=datetime(2027, 7, 31, 12, tzinfo=UTC)):
        pass
    before = files(place)
    code, said, _ = command()
    assert (code, said.splitlines()) == (
        0,
        ["the window: 2027_Q2 to 2028_Q2, 5 quarters, and later ones", "nothing lies before it"],
    )
    assert files(place) == before


def test_audit_events_go_with_their_days(place: Path, command: Command) -> None:
    with small_simulator(
        place, now=datetime(2027, 11, 2, 9, tzinfo=UTC)
    ):  # 2028_Q4: the window begins on the 1st of November
        pass
    warehouse = place / "warehouse.duckdb"
    (count,) = ask(warehouse, "SELECT count(*) FROM audit_events WHERE day < DATE '2026-11-01'")[0]
    _, said, _ = command()
    assert f"audit_events: {count} rows of 2026-10-22 to 2026-10-31 (10) gone" in said
    assert "audit_days: 10 rows of 2026-10-22 to 2026-10-31 (10) gone" in said
    assert ask(warehouse, "SELECT min(day) FROM audit_days")[0][0].isoformat() == "2026-11-01"
    assert ask(warehouse, "SELECT count(*) > 0 FROM audit_events") == [(True,)]
    assert ask(warehouse, "SELECT count(*) FROM audit_actors ANTI JOIN audit_events USING (actor_id)") == [(0,)]


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_while_an_exporter_is_at_work_nothing_goes(place: Path, command: Command, options: tuple[str, ...]) -> None:
    before = files(place)
    with exclusively(lock_beside(place / "warehouse.duckdb")):
        code, said, complained = command(*options)
    assert code == 1
    assert "another exporter is at work on this warehouse (process " in complained
    assert len(complained.splitlines()) == 1
    assert " go" not in said
    assert files(place) == before


DYING = """
import os, signal, sys
from pathlib import Path
from clari_readiness import cli

def die(path, missing_ok=False):
    os.kill(os.getpid(), signal.SIGKILL)

Path.unlink = die
cli.main()
"""


def test_killed_between_rows_and_files_the_next_run_takes_the_files(place: Path, command: Command) -> None:
    before = landed(place)
    _, told, _ = command("--dry-run")
    arguments = ["retention", "--env=simulated", f"--config={place / 'clari-readiness.toml'}"]
    killed = subprocess.run([sys.executable, "-c", DYING, *arguments], check=False, timeout=60, capture_output=True)
    assert killed.returncode == -signal.SIGKILL
    assert periods(place) == {"2027_Q3", "2027_Q4"}
    assert landed(place) == before
    code, said, _ = command()
    assert code == 0
    assert said.splitlines()[1:] == [told.splitlines()[-1].replace("would go", "gone")]
    assert landed(place) == {name for name in before if "2027_Q2" not in name}


def test_killed_before_the_rows_are_committed_nothing_is_gone(place: Path, command: Command) -> None:
    before = periods(place), landed(place)
    dying = DYING.replace("cli.main()", "from clari_readiness.warehouse import loading, retention") + (
        "run = retention._run\n"
        "def fatal(connection, sql, going):\n"
        "    die(None) if 'UPDATE' in sql else None\n"
        "    return run(connection, sql, going)\n"
        "retention._run = fatal\ncli.main()\n"
    )
    arguments = ["retention", "--env=simulated", f"--config={place / 'clari-readiness.toml'}"]
    killed = subprocess.run([sys.executable, "-c", dying, *arguments], check=False, timeout=60, capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed
    assert (periods(place), landed(place)) == before
    assert command()[0] == 0
    assert periods(place) == {"2027_Q3", "2027_Q4"}


def test_a_warehouse_that_another_exporter_fills_is_left_alone(place: Path, command: Command) -> None:
    before = files(place)
    settings = place / "clari-readiness.toml"
    for written, kind in (('{ command = ["export"] }', "command"), ('{ managed = "fivetran" }', "managed")):
        settings.write_text(SETTINGS + f"exporter = {written}\n")
        code, said, complained = command()
        assert (code, said) == (4, "")
        assert complained == (
            "clari-readiness: env.simulated.exporter: this command deletes from the reference exporter's warehouse "
            f"alone, and this one is filled by another exporter ({kind}); enforce retention_quarters where it is "
            "filled; RES-06 tells whether that was done\n"
        )
    settings.write_text(SETTINGS)
    assert files(place) == before


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_a_file_without_our_tables_is_left_alone(place: Path, command: Command, options: tuple[str, ...]) -> None:
    warehouse = place / "warehouse.duckdb"
    warehouse.unlink()
    with duckdb.connect(warehouse) as connection:
        connection.execute("CREATE TABLE theirs AS SELECT '2020_Q1' AS time_period_id")
    before = files(place)
    code, _, complained = command(*options)
    assert code == 1
    assert "this is no warehouse of the reference exporter" in complained
    assert files(place) == before


def test_without_a_warehouse_none_is_made_and_no_file_goes(place: Path, command: Command) -> None:
    (place / "warehouse.duckdb").unlink()
    before = files(place)
    code, _, complained = command()
    assert code == 1
    assert "there is no such warehouse file; run the export first, or mend `warehouse.url`" in complained
    assert files(place) == before


def test_recordings_have_nothing_that_could_go(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(place, "retention", env="recorded") == 4
    assert "recorded has recordings and no warehouse that lasts" in capsys.readouterr().err


def test_a_window_that_does_not_hold_what_is_exported_is_one_clear_mistake(place: Path, command: Command) -> None:
    settings = place / "clari-readiness.toml"
    settings.write_text(SETTINGS.replace("retention_quarters = 5", "retention_quarters = 2"))
    before = files(place)
    code, said, complained = command()
    assert (code, said) == (4, "")
    assert re.fullmatch(
        r"clari-readiness: .*/clari-readiness\.toml: default\.retention_quarters: expected at least 3: the current "
        r"quarter and history_quarters\n",
        complained,
    )
    assert files(place) == before


def test_a_day_of_audit_events_before_the_window_is_not_exported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with small_simulator(tmp_path):
        settings = SETTINGS.replace("history_quarters = 2", "history_quarters = 0")
        (tmp_path / "clari-readiness.toml").write_text(settings)
        run(tmp_path, "export", "--audit-events")
        settings = settings.replace("retention_quarters = 5", "retention_quarters = 1")
        (tmp_path / "clari-readiness.toml").write_text(settings)
        assert run(tmp_path, "retention") == 0
        assert run(tmp_path, "export", "--audit-events") == 0
        capsys.readouterr()
        assert run(tmp_path, "retention", "--dry-run") == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["nothing lies before it"]
