"""`clari-readiness init`: from an empty directory, or into a file that is there, to settings that load."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from clari_readiness import cli
from clari_readiness.environments import Environments, load

REPOSITORY = Path(__file__).parents[2]
LITERAL = "sk-live-3141592653"
FILE = "clari-readiness.toml"
NEXT = "next: clari-readiness doctor --env="
OURS = """\
# our settings\r
[default]\r
forecasts = ["renewals"]   # the ones that matter\r
fiscal_year = { starts = "07", named_after = "start" }\r
\r
[env.prod]   # live since May\r
live = true\r
api.key = "env://K"\r
api.base_url = "https://api.clari.com/v4"\r
[env.staging]\r
filled_in = false   # until June\r
[env.staging.api]\r
# the key of staging\r
key = "env://S"\r
base_url = "https://api.clari.com/v4"   # no gateway\r
"""


@dataclass(frozen=True)
class Ran:
    returncode: int
    stdout: str
    stderr: str


Init = Callable[..., Ran]


@pytest.fixture
def init(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Init:
    """Run the command in an empty directory; `typed` are the lines that somebody types."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("CLARI_")]:
        monkeypatch.delenv(name)

    def run(*words: str, typed: tuple[str, ...] = (), variables: Mapping[str, str] | None = None) -> Ran:
        with monkeypatch.context() as patch:
            for name, value in (variables or {}).items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["clari-readiness", "init", *words])
            patch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in typed)))
            with pytest.raises(SystemExit) as end:
                cli.main()
        return Ran(int(end.value.code or 0), *capsys.readouterr())

    return run


def settings(directory: Path) -> Environments:
    return load(directory / FILE, environ={})


def test_a_new_user_who_takes_every_default_has_settings_that_load(init: Init, tmp_path: Path) -> None:
    ran = init(typed=("",) * 7)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines()[-2].endswith(f"{NEXT}prod")
    prod = settings(tmp_path).get("prod")
    assert (prod.live, prod.filled_in, prod.api.key) == (True, True, "env://CLARI_API_KEY_PROD")
    assert prod.warehouse.url == "duckdb:///.readiness/prod/warehouse.duckdb"
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_a_new_file_is_the_shipped_one_with_the_answers_in_it(init: Init, tmp_path: Path) -> None:
    assert init("--yes").returncode == 0
    shipped = (REPOSITORY / FILE).read_text().splitlines()
    written = (tmp_path / FILE).read_text().splitlines()
    changed = ['warehouse = { url = "duckdb:///.readiness/prod/warehouse.duckdb" }']
    assert [line for line in shipped if line not in written] == changed
    assert len(shipped) - len(written) == 1  # a `filled_in = false` less
    assert [name for name in settings(tmp_path).names if not settings(tmp_path).get(name).filled_in] == [
        "dev",
        "staging",
    ]


def test_every_answer_can_be_an_option_and_nothing_is_asked(init: Init, tmp_path: Path) -> None:
    said = ("--env=qa", "--key=file://key.txt", "--forecast=a", "--forecast=b", "--year-starts=07")
    more = ("--year-named-after=start", "--warehouse=duckdb:///w.duckdb", "--table=x.y", "--column=owner_email=rep")
    ran = init(*said, *more)
    assert ran.returncode == 0, ran
    assert "[" not in ran.stdout.replace("[env.qa]", "")
    qa = settings(tmp_path).get("qa")
    assert (qa.api.key, qa.forecasts, qa.fiscal_year.starts) == ("file://key.txt", ("a", "b"), 7)
    assert qa.fiscal_year_table.named_after == "start"
    assert (qa.warehouse.url, qa.warehouse.forecasts) == ("duckdb:///w.duckdb", "x.y")
    assert dict(qa.warehouse.columns) == {"owner_email": "rep"}
    assert settings(tmp_path).get("recorded").forecasts == ("net_bookings",)


@pytest.mark.parametrize(
    ("place", "wrong", "said"),
    [
        (0, "my env", "a name is made of letters, digits, - and _"),
        (0, "recorded", "recorded is a rehearsal, and needs no filling in"),
        (1, "a,,b", "is empty"),
        (1, "a,a", "names the same thing twice"),
        (2, "13", 'expected a month, "01" to "12"'),
        (3, "middle", "expected 'start' or 'end'"),
        (4, LITERAL, "this is no reference, and a literal key does not belong in a file"),
        (4, f"evn://{LITERAL}", "this scheme is unknown; the nearest is env://"),
        (5, "redshift://host", "warehouses at redshift:// are none that can be read"),
        (5, f"postgresql://u:{LITERAL}@host/db", "holds a password, which does not belong in a file"),
        (5, f"snowflake://u@acme/db?token={LITERAL}", "holds a password, which does not belong in a file"),
        (
            5,
            f"snowflake://u@acme/db?private_key_file_pwd={LITERAL}",
            "holds a password, which does not belong in a file",
        ),
        (5, "snowflake://acme/db", "is not one that Snowflake reads"),
        (5, "sqlite:///nowhere.sqlite", "there is no such"),
        (5, "warehouse.duckdb", "expected a URL such as duckdb:///warehouse.duckdb"),
        (5, "duckdb://host/x", "names no file"),
    ],
)
def test_a_wrong_answer_is_told_at_once_and_asked_for_again(
    init: Init, tmp_path: Path, place: int, wrong: str, said: str
) -> None:
    typed = [""] * 7
    ran = init(typed=(*typed[:place], wrong, *typed[place:]))
    assert ran.returncode == 0, ran
    assert said in ran.stdout
    assert LITERAL not in ran.stdout + ran.stderr + (tmp_path / FILE).read_text()


@pytest.mark.parametrize(
    "option",
    [
        f"--key={LITERAL}",
        f"--key=x://{LITERAL}",
        f"--warehouse=postgres://u:{LITERAL}@host/x",
        "--year-starts=0",
        "--forecast=",
        "--column=ownr_email=x",
        "--column=owner_email",
        "--env=recorded",
    ],
)
def test_a_wrong_option_is_one_line_and_nothing_is_written(init: Init, tmp_path: Path, option: str) -> None:
    ran = init("--yes", option)
    assert ran.returncode == 4, ran
    (line,) = ran.stderr.splitlines()
    assert line.startswith(f"clari-readiness: {option.partition('=')[0]}: ")
    assert LITERAL not in ran.stdout + ran.stderr
    assert list(tmp_path.iterdir()) == []


def test_without_somebody_to_answer_the_option_is_named(init: Init, tmp_path: Path) -> None:
    ran = init(typed=("prod", "a"))
    assert ran.returncode == 4, ran
    assert ran.stderr == "clari-readiness: --year-starts: nobody answered; say --year-starts, or --yes for 02\n"
    assert list(tmp_path.iterdir()) == []


def test_an_environment_joins_a_file_of_which_not_a_byte_changes(init: Init, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(OURS.encode())
    (tmp_path / FILE).chmod(0o640)
    ran = init("--yes", "--env=qa", "--forecast=renewals")
    assert ran.returncode == 0, ran
    written = (tmp_path / FILE).read_bytes().decode()
    assert written.startswith(OURS)
    added = written.removeprefix(OURS)
    assert added.count("\n") == added.count("\r\n") > 3
    assert "forecasts = [" not in added.partition("warehouse")[0]
    qa = settings(tmp_path).get("qa")
    assert (qa.forecasts, qa.fiscal_year.starts, qa.live) == (("renewals",), 7, True)
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o640


def test_what_a_placeholder_says_already_is_kept_and_so_are_its_comments(init: Init, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(OURS.encode())
    ran = init("--yes", "--env=staging", "--warehouse=duckdb:///w.duckdb")
    assert ran.returncode == 0, ran
    written = (tmp_path / FILE).read_bytes().decode()
    gone = [line for line in OURS.splitlines() if line not in written.splitlines()]
    assert gone == ["filled_in = false   # until June"]
    staging = settings(tmp_path).get("staging")
    assert (staging.api.key, staging.filled_in, staging.warehouse.url) == ("env://S", True, "duckdb:///w.duckdb")


def test_an_environment_that_is_there_is_not_overwritten(init: Init, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(OURS.encode())
    ran = init("--yes", "--env=prod")
    assert ran.returncode == 4, ran
    assert "env.prod: is there already, and stays as it is; choose another name with --env" in ran.stderr
    assert (tmp_path / FILE).read_bytes().decode() == OURS


def test_a_file_with_a_mistake_is_told_of_it_and_stays_as_it_is(init: Init, tmp_path: Path) -> None:
    wrong = OURS.replace("named_after", "named_aftr")
    (tmp_path / FILE).write_bytes(wrong.encode())
    ran = init("--yes", "--env=qa")
    assert ran.returncode == 4, ran
    assert "default.fiscal_year.named_aftr: unknown; the nearest is named_after" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert (tmp_path / FILE).read_bytes().decode() == wrong


def test_the_table_of_a_warehouse_and_the_columns_it_lacks_are_asked_for(init: Init, tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "w.duckdb")) as connection:
        connection.execute(
            "CREATE SCHEMA a; CREATE TABLE a.forecasts AS SELECT 1 AS owner_name, 1 AS rep_mail, 1 AS forecast_amount, "
            "1 AS quota_amount, 1 AS adjustment_amount, 1 AS crm_total, 1 AS crm_closed, 1 AS time_period, "
            "1 AS forecast_name, 1 AS exported_at, 1 AS user_id, 1 AS field_id, 1 AS time_frame_id, 1 AS currency"
        )
    said = ("--env=prod", "--key=env://K", "--forecast=a", "--year-starts=02", "--year-named-after=end")
    ran = init(*said, "--warehouse=duckdb:///w.duckdb", typed=("forecast", "a.forecasts", "rep", "rep_mail", "-"))
    assert ran.returncode == 0, ran
    assert "has no table forecast; it has a.forecasts" in ran.stdout
    assert "the table has no column rep; it has owner_name, rep_mail" in ran.stdout
    assert "Our job_id is called" in ran.stdout
    assert "Our owner_name" not in ran.stdout
    warehouse = settings(tmp_path).get("prod").warehouse
    assert (warehouse.forecasts, dict(warehouse.columns)) == ("a.forecasts", {"owner_email": "rep_mail"})


def test_a_file_that_is_no_warehouse_is_told_before_anything_is_written(init: Init, tmp_path: Path) -> None:
    (tmp_path / "w.duckdb").write_text("not a warehouse, and long enough to be looked at " * 100)
    ran = init("--yes", "--warehouse=duckdb:///w.duckdb")
    assert ran.returncode == 4, ran
    assert "w.duckdb: this file is no DuckDB database" in ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["w.duckdb"]


def test_the_variable_is_to_be_set_only_where_it_is_not(init: Init, tmp_path: Path) -> None:
    ran = init("--yes", variables={"CLARI_API_KEY_PROD": LITERAL})
    assert "export CLARI" not in ran.stdout
    assert LITERAL not in ran.stdout + ran.stderr + (tmp_path / FILE).read_text()
    assert "next: export CLARI_API_KEY_QA=...\n" in init("--yes", "--env=qa").stdout
