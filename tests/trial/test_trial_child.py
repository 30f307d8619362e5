from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from clari_readiness.errors import ReadinessError, SettingsError
from clari_readiness.trial.assignment import Assignment, Pace
from clari_readiness.trial.child import Child, CommandStarter, Killer, NurseryStarter, Start, awaited
from clari_readiness.trial.exporter import words_of
from clari_readiness.trial.variables import ALLOWED, Names, Whereabouts, child_environment
from clari_readiness.trial.warehouses import Files, warehouses_at
from tests.trial.making import BEGAN

SECRETS = {
    "AWS_SECRET_ACCESS_KEY": "s",
    "GOOGLE_APPLICATION_CREDENTIALS": "s",
    "SNOWFLAKE_PASSWORD": "s",
    "PGPASSWORD": "s",
    "CLARI_API_KEY": "real",
    "CLARI_API_KEY_PROD": "real",
    "NETRC": "s",
    "SSH_AUTH_SOCK": "s",
    "HOME": "/home/somebody",
}


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., Start]:
    def made(environ: dict[str, str] | None = None, **more: object) -> Start:
        plain = {"PATH": os.environ["PATH"], **(environ or {})}
        return Start(plain, tmp_path, tmp_path / "output.txt", **more)  # type: ignore[arg-type]

    return made


def told(names: Names | None = None) -> dict[str, str]:
    where = Whereabouts(
        base_url="http://127.0.0.1:1/v4",
        key="made-up",
        proxy="http://127.0.0.1:2",
        home=Path("/t/home"),
        temporary=Path("/t/tmp"),
        warehouse_url="duckdb:////t/w.duckdb",
        warehouse_path=Path("/t/w.duckdb"),
    )
    caller = {**SECRETS, "PATH": "/bin", "PYTHONPATH": "/src"}
    assignment = Assignment("f", ("2027_Q4", "2027_Q3"), ("forecast",), audit_from=BEGAN)
    return child_environment(caller, where, assignment, names=names or Names(), pace=Pace(20.0), now=BEGAN)


def test_a_child_is_told_what_it_needs_and_gets_nothing_of_the_callers_but_what_is_allowed() -> None:
    environ = told()
    assert environ["CLARI_API_KEY"] == "made-up"
    assert environ["CLARI_TIME_PERIODS"] == "2027_Q4,2027_Q3"
    assert environ["CLARI_AUDIT_FROM"] == "2026-11-21T09:00:00Z"
    assert (environ["CLARI_JOB_TIMEOUT"], environ["CLARI_TIME_SCALE"]) == ("5", "20")
    assert environ["CLARI_DOWNLOAD_TIMEOUT"] == "600"
    assert environ["WAREHOUSE_URL"] == "duckdb:////t/w.duckdb"
    assert environ["HOME"] == "/t/home"
    assert "CLARI_OPPORTUNITY_IDS" not in environ
    assert (environ["PATH"], environ["PYTHONPATH"]) == ("/bin", "/src")
    assert {"HOME", "CLARI_API_KEY"} == set(environ) & set(SECRETS)
    assert not set(SECRETS.values()) & set(environ.values())


def test_variables_can_have_other_names_and_more_can_be_told() -> None:
    environ = told(Names({"base_url": "REVOPS_URL"}, {"MODE": "test"}))
    assert (environ["REVOPS_URL"], environ["MODE"]) == ("http://127.0.0.1:1/v4", "test")
    assert "CLARI_BASE_URL" not in environ
    with pytest.raises(SettingsError, match=r"trial\.variables names 'base_ulr'"):
        Names({"base_ulr": "X"})


def ended(child: Child, allowed: float = 20.0, killer: Killer | None = None) -> tuple[int | None, bool]:
    end = awaited(child, allowed, time.monotonic(), killer)
    return end.exit_code, end.overdue


def test_a_command_sees_its_environment_and_nothing_else(start: Callable[..., Start], tmp_path: Path) -> None:
    assert ended(CommandStarter(("env",)).start(start({"A": "1"}))) == (0, False)
    said = (tmp_path / "output.txt").read_text().split()
    assert sorted(line.partition("=")[0] for line in said) == ["A", "PATH"]


def test_exit_codes_and_output_are_kept(start: Callable[..., Start], tmp_path: Path) -> None:
    assert ended(CommandStarter(("sh", "-c", "echo out; echo err >&2; exit 7")).start(start())) == (7, False)
    assert (tmp_path / "output.txt").read_text().split() == ["out", "err"]


def test_a_command_that_does_not_exist_is_one_line(start: Callable[..., Start]) -> None:
    with pytest.raises(SettingsError, match="the exporter cannot be started: no-such-exporter: No such file"):
        CommandStarter(("no-such-exporter",)).start(start())


def test_what_takes_too_long_is_stopped_with_all_that_it_started(start: Callable[..., Start], tmp_path: Path) -> None:
    child = CommandStarter(("sh", "-c", "sleep 60 & echo $!; wait")).start(start())
    assert ended(child, 0.5) == (None, True)
    grandchild = int((tmp_path / "output.txt").read_text())
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and _runs(grandchild):
        time.sleep(0.02)
    assert not _runs(grandchild)


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in ("Z", "X")


def test_a_killer_kills_with_9_and_also_what_begins_after_it_was_told(start: Callable[..., Start]) -> None:
    killer = Killer()
    killer.kill()
    child = CommandStarter(("sleep", "60")).start(start())
    killer.watch(child)
    assert ended(child, killer=killer) == (-9, False)


def test_a_limit_on_files_holds_for_the_command_alone(start: Callable[..., Start], tmp_path: Path) -> None:
    write = (sys.executable, "-c", "import pathlib; pathlib.Path('big').write_bytes(b'x' * 9000)")
    assert ended(CommandStarter(write).start(start(file_size=8192)))[0] == 1
    assert (tmp_path / "big").stat().st_size <= 8192
    assert ended(CommandStarter(write).start(start())) == (0, False)


def test_the_nursery_has_one_thread_and_the_allowed_environment_only(
    start: Callable[..., Start], tmp_path: Path
) -> None:
    caller = {name: os.environ[name] for name in ALLOWED if name in os.environ}
    with NurseryStarter(caller) as nursery:
        assert ended(nursery.start(start())) == (4, False)
        pid = nursery._process.pid
        status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        assert status["Threads"].strip() == "1"
        environ = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        assert {each.partition(b"=")[0].decode() for each in environ if each} <= set(caller)
    assert (tmp_path / "output.txt").read_text() == (
        "CLARI_BASE_URL is not set; docs/trial.md says what an exporter is told\n"
    )


def test_a_nursery_that_was_killed_is_an_error_of_ours(start: Callable[..., Start]) -> None:
    with NurseryStarter(dict(os.environ)) as nursery:
        os.kill(nursery._process.pid, signal.SIGKILL)
        nursery._process.wait(10)
        with pytest.raises(ReadinessError, match=r"does not answer; its exit code is -9"):
            nursery.start(start())


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("reference", ()),
        ("python -m our.export --fast 'a b'", ("python", "-m", "our.export", "--fast", "a b")),
        ("pkg.mod:export", (sys.executable, "-m", "clari_readiness.trial.calling", "pkg.mod:export")),
    ],
)
def test_an_exporter_is_named_as_a_command_a_callable_or_the_reference(written: str, words: tuple[str, ...]) -> None:
    assert words_of(written) == words


@pytest.mark.parametrize("written", ["", "python 'unclosed"])
def test_an_exporter_that_is_none_is_one_line(written: str) -> None:
    with pytest.raises(SettingsError):
        words_of(written)


def test_a_warehouse_is_a_file_of_duckdb_or_sqlite_or_a_server_that_is_not_looked_at_yet() -> None:
    assert warehouses_at("sqlite:///out.sqlite", str) == Files("sqlite", "out.sqlite")
    warehouses_at("postgresql://nobody@nowhere.invalid/postgres", str)
    warehouses_at("snowflake://nobody@nowhere", str)
    for url in ("bigquery://project/dataset", "snowflake://", "duckdb://", "out.duckdb", "postgresql://"):
        with pytest.raises(SettingsError, match="a trial reads DuckDB and SQLite files, and databases of Po"):
            warehouses_at(url, str)


@pytest.mark.parametrize("url", ["postgresql://u:hunter2@h/d", "snowflake://u@a/d?password=hunter2"])
def test_a_password_in_a_url_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(SettingsError, match="is written with a password") as caught:
        warehouses_at(url, str)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("body", "code"), [("pass", 0), ("return 0", 0), ("return 3", 3), ("return False", 1), ("raise RuntimeError", 1)]
)
def test_a_callable_runs_in_a_process_of_its_own(
    start: Callable[..., Start], tmp_path: Path, body: str, code: int
) -> None:
    (tmp_path / "ours.py").write_text(f"def export():\n    {body}\n")
    assert ended(CommandStarter(words_of("ours:export")).start(start())) == (code, False)
