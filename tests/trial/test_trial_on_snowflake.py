"""Exporters on trial that load into what stands in for Snowflake, and what becomes of the account.

A load there takes seconds of a processor, so few scenarios are tried; HYPOTHESIS_PROFILE=soak tries all of them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import pytest

from clari_readiness.environments import load
from clari_readiness.errors import NotVerified, SettingsError, WarehouseError
from clari_readiness.model.time import SystemClock
from clari_readiness.trial import SCENARIOS, Pace, Verdict, Wishes, accused_of
from clari_readiness.trial.preview import preview
from clari_readiness.trial.rows import FORECASTS, TableNames
from clari_readiness.trial.warehouses import BY_NATURE, warehouses_at
from clari_readiness.trial.warehouses.snowflake import Snowflake as Trials
from clari_readiness.trial.warehouses.snowflake_database import SnowflakeWarehouse
from clari_readiness.trial.warehouses.snowflake_place import same_database, secrets_in, url_of
from clari_readiness.warehouse.engines.snowflake_url import address_of
from clari_readiness.warehouse.loaders.snowflake_session import SnowflakeSession
from tests.laws import PROFILE
from tests.sabotage.specimens import Specimen, constants_of
from tests.snowflake_server import PASSWORD, WRITES, Snowflake, empty_database
from tests.snowflake_sessions import Statement
from tests.trial.conftest import Try
from tests.trial.test_trial_command import SETTINGS, trial

_FEW = ("process_killed_at_a_post", "content_amount_too_large", "process_no_room")
TELLING = tuple(each.name for each in SCENARIOS if each.name != "healthy") if PROFILE == "soak" else _FEW
NO_RIGHT = "SQL access control error: Insufficient privileges to operate on account 'ACME'."


@pytest.fixture(scope="module")
def url(snowflake: Snowflake) -> str:
    return empty_database(snowflake) + f"&warehouse=TINY&role={WRITES}"


@pytest.fixture
def named(url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """What refers to the URL: it is in a variable."""
    monkeypatch.setenv("TRIAL_WAREHOUSE", url)
    return "env://TRIAL_WAREHOUSE"


@pytest.fixture(scope="module")
def account(url: str) -> Iterator[SnowflakeSession]:
    with closing(session(url)) as opened:
        yield opened


@pytest.fixture
def place(url: str, tmp_path: Path) -> Iterator[SnowflakeWarehouse]:
    with Trials(url, tmp_path).made(tmp_path) as made:
        assert isinstance(made, SnowflakeWarehouse)
        yield made


@pytest.fixture
def exporter(place: SnowflakeWarehouse) -> Iterator[SnowflakeSession]:
    """A session of an exporter's."""
    with closing(session(place.url)) as opened:
        yield opened


def session(url: str) -> SnowflakeSession:
    return SnowflakeSession.open(address_of(url, Path()), patience=5.0)


def databases(account: SnowflakeSession) -> set[str]:
    answer = account.said("SHOW DATABASES")
    at = [name for (name,) in answer.description].index("name")
    return {row[at] for row in answer.rows}


def specimen(defect: str, named: str) -> Specimen:
    caught_by = constants_of(f"snowflake/{defect}")["CAUGHT_BY"]
    return Specimen(defect, ("plain", "into", "snowflake"), named, caught_by, f"snowflake+snowflake.{defect}")


def test_the_reference_exporter_keeps_the_laws_there_and_leaves_nothing_behind(
    tried: Try, named: str, account: SnowflakeSession
) -> None:
    before = databases(account)
    outcomes = tried("reference", named, *TELLING)
    spared = {each.name: Trials.spared[each.does] for each in SCENARIOS if each.does in Trials.spared}
    assert {name: (each.verdict, each.sentence) for name, each in outcomes.items()} == {
        name: (Verdict.NOT_APPLICABLE, spared[name]) if name in spared else (Verdict.KEPT, "")
        for name in ("healthy", *TELLING)
    }
    assert databases(account) == before
    assert not account.said("SELECT 1 FROM information_schema.tables WHERE table_name = 'FORECAST_ENTRIES'").rows


def test_a_defect_is_caught_by_what_the_reference_exporter_keeps_and_not_by_the_healthy_run(
    tmp_path: Path, named: str
) -> None:
    accused = specimen("float_money", named)
    assert accused.caught_by in _FEW
    verdicts = {each.scenario: each.verdict for each in accused.outcomes(tmp_path, (accused.caught_by,))}
    assert verdicts == {"healthy": Verdict.KEPT, accused.caught_by: Verdict.BROKEN}


def test_the_databases_of_a_killed_trial_go_and_those_that_may_be_at_work_stay(
    url: str, account: SnowflakeSession
) -> None:
    now = int(time.time())
    old, young = (f"CLARI_TRIAL_{now - age}_{uuid4().hex[:12].upper()}" for age in (7 * 3_600, 5 * 3_600))
    theirs = f"CLARI_TRIAL_{uuid4().hex[:8].upper()}"
    for name in (old, young, theirs):
        account.said(f"CREATE DATABASE {name}")
    before = databases(account)
    Trials(url, Path()).prepare()
    assert databases(account) == before - {old}
    for name in (young, theirs):
        account.said(f"DROP DATABASE {name}")


def test_a_scenario_has_a_database_of_its_own_which_keeps_nothing_and_goes(
    url: str, tmp_path: Path, account: SnowflakeSession, snowflake: Snowflake
) -> None:
    trials = Trials(url, tmp_path)
    before = databases(account)
    with trials.made(tmp_path) as one, trials.made(tmp_path) as other:
        made = {address_of(each.url, tmp_path).options["database"] for each in (one, other)}
        assert len(made) == 2
        assert made <= databases(account) - before
        assert (one.path, one.secrets, one.rows({}).tables) == (None, (PASSWORD,), {})
        assert one.hosts == ("127.0.0.1", ".stage.invalid")
        asked = [each.sql for each in snowflake.door.asked if each.sql.startswith("CREATE TRANSIENT DATABASE")]
        assert all(each.endswith(" DATA_RETENTION_TIME_IN_DAYS = 0") for each in asked[-2:])
    assert databases(account) == before


COLUMNS = "forecast_name VARCHAR, time_period VARCHAR, time_frame_id VARCHAR, user_id NUMBER(10), field_id VARCHAR"
TYPES = (
    ("NUMBER(20, 2)", "TIMESTAMP_TZ", "'2026-11-21 10:00:00+01:00'"),
    ("VARCHAR", "TIMESTAMP_NTZ", "'2026-11-21 09:00:00'"),
    ("FLOAT", "NUMBER(20)", "1795251600000"),
    ("FLOAT", "VARCHAR", "'2026-11-21T09:00:00Z'"),
)


@pytest.mark.parametrize(("amount", "moment", "at"), TYPES)
def test_amounts_moments_and_texts_are_read_exactly_whatever_their_type(
    place: SnowflakeWarehouse, exporter: SnowflakeSession, amount: str, moment: str, at: str
) -> None:
    exporter.said(
        f"CREATE TABLE clari_forecasts ({COLUMNS}, forecast_amount {amount}, quota_amount {amount},"
        f" crm_closed {amount}, exported_at {moment}, owner_name VARCHAR)"
    )
    name = "\u202eO'Brien \U0001f600 \\N"
    exporter.said(f"INSERT INTO clari_forecasts SELECT 'f', '2027_Q4', 't', 7, 'x', 10.10, NULL, '0', {at}, ?", name)
    rows = place.rows({})
    (row,) = rows.forecasts
    found = [row[each] for each in ("forecast_amount", "quota_amount", "crm_closed", "exported_at", "owner_name")]
    assert found == [Decimal("10.1"), None, Decimal(0), datetime(2026, 11, 21, 9, tzinfo=UTC), name]
    assert row["user_id"] == "7"
    assert rows.absent == {"currency", "owner_email", "job_id"}


def test_tables_and_columns_are_found_by_the_names_that_the_exporter_gave_them(
    place: SnowflakeWarehouse, exporter: SnowflakeSession
) -> None:
    exporter.said("CREATE SCHEMA analytics")
    columns = f'{COLUMNS}, "Amt?" NUMBER(10, 2), quota_amount NUMBER(10, 2), crm_closed NUMBER(10, 2)'
    exporter.said(f"CREATE TABLE analytics.fct ({columns})")
    exporter.said("INSERT INTO analytics.fct SELECT 'f', '2027_Q4', 't', 7, 'x', 1, 2, 3")
    mapped = {FORECASTS: TableNames("analytics.fct", {"forecast_amount": "amt?"})}
    assert [row["forecast_amount"] for row in place.rows(mapped).forecasts] == [Decimal(1)]
    assert place.rows({}).tables == {}
    with pytest.raises(WarehouseError, match=r"analytics\.fct has no column forecast_amount; it has FORECAST_NAME, "):
        place.rows({FORECASTS: TableNames("analytics.fct")})


def test_what_a_dead_exporter_left_open_is_undone_before_the_rows_are_read(
    place: SnowflakeWarehouse, exporter: SnowflakeSession, account: SnowflakeSession
) -> None:
    exporter.said("CREATE TABLE opportunities (opportunity_id VARCHAR)")
    exporter.said("INSERT INTO opportunities SELECT 'committed'")
    exporter.said("BEGIN TRANSACTION")
    exporter.said("INSERT INTO opportunities SELECT 'left open'")
    account.said("BEGIN TRANSACTION")  # somebody else's, in another database
    assert [row["opportunity_id"] for row in place.rows({}).opportunities] == ["committed"]
    shown = account.said("SHOW TRANSACTIONS").rows
    assert len(shown) == 1
    account.said("ROLLBACK")
    exporter.said("COMMIT")
    assert len(place.rows({}).opportunities) == 1


def test_rows_are_not_read_while_a_statement_of_a_dead_exporter_is_at_work(
    place: SnowflakeWarehouse, exporter: SnowflakeSession, snowflake: Snowflake
) -> None:
    (number,) = exporter.said("SELECT current_session()").rows[0]
    at_work = Statement(str(address_of(place.url, Path()).options["database"]), "INSERT")
    (theirs,) = [each for each in snowflake.door.sessions.every if each.number == int(number)]
    theirs.asked.append(at_work)
    with (
        closing(SnowflakeWarehouse.open(place.url, Path(), SystemClock(), patience=0.1)) as impatient,
        pytest.raises(
            WarehouseError,
            match=rf"statement of the exporter's is still at work 0\.1 s after its end: session {number}",
        ),
    ):
        impatient.rows({})
    at_work.state = "SUCCESS"
    assert place.rows({}).tables == {}


def test_who_writes_is_seen_from_outside_and_who_reads_is_not(
    place: SnowflakeWarehouse, exporter: SnowflakeSession
) -> None:
    exporter.said("CREATE TABLE t (a INTEGER)")
    exporter.said("SELECT * FROM t")
    assert place.seen() == frozenset()
    exporter.said("BEGIN TRANSACTION")
    exporter.said("INSERT INTO t SELECT 1")
    first = place.seen()
    assert first
    exporter.said("COMMIT")
    assert place.seen() == first
    exporter.said("INSERT INTO t SELECT 2")
    assert place.seen() not in (first, frozenset())


LEAKS = """
import os, sys, urllib.parse
url = os.environ["WAREHOUSE_URL"]
password = urllib.parse.urlsplit(url).password
plain = urllib.parse.unquote(password)
print("held by", sorted(name for name, value in os.environ.items() if password in value or plain in value), flush=True)
print("not behind the proxy:", os.environ["NO_PROXY"], flush=True)
print(f"cannot connect with {url} as {plain}", file=sys.stderr)
sys.exit(1)
"""


def test_a_password_reaches_the_exporter_alone_and_its_hosts_are_not_behind_the_proxy(
    named: str, tmp_path: Path
) -> None:
    (tmp_path / "leaks.py").write_text(LEAKS)
    options = ("--exporter", "python3 leaks.py", "--warehouse", named, "--time-scale", "20")
    shown = preview(accused_of(None, Wishes("true", named)), Pace(), {})
    ended = trial(tmp_path, *options, "--json", "found.json")
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert shown["WAREHOUSE_URL"].startswith(
        "snowflake://USER:PASSWORD@acme/A DATABASE MADE FOR THE RUN/PUBLIC?host=..."
    )
    assert "WAREHOUSE_PATH" not in shown
    output = (tmp_path / ".readiness" / "trial" / "healthy" / "output.txt").read_text()
    assert "held by ['WAREHOUSE_URL']" in output
    assert "not behind the proxy: 127.0.0.1,localhost,::1,127.0.0.1,.stage.invalid\n" in output
    said = [*(path.read_text() for path in tmp_path.rglob("*") if path.is_file()), *shown.values()]
    for each in (PASSWORD, quote(PASSWORD, safe=""), quote(PASSWORD)):
        assert not any(each in text for text in (*said, ended.stdout, ended.stderr))


def test_a_role_that_may_make_no_database_is_one_line_and_nothing_is_started(
    named: str, snowflake: Snowflake, tmp_path: Path
) -> None:
    snowflake.door.refuse("CREATE TRANSIENT DATABASE", "003001", NO_RIGHT)
    ended = trial(tmp_path, "--exporter", "touch started", "--warehouse", named)
    assert (ended.returncode, len(ended.stderr.splitlines())) == (4, 1), ended.stderr
    assert " may not make databases, and each scenario takes one of its own; GRANT CREATE DATABASE ON ACCOUNT" in (
        ended.stderr
    )
    assert PASSWORD not in ended.stderr
    assert not (tmp_path / "started").exists()


def test_an_account_that_refuses_otherwise_could_not_be_looked_at(url: str, snowflake: Snowflake) -> None:
    snowflake.door.refuse("CREATE TRANSIENT DATABASE", "000666", "The account is locked.")
    with pytest.raises(NotVerified, match=r"refuses: The account is locked"):
        Trials(url, Path()).prepare()


def test_a_role_without_a_virtual_warehouse_is_told_to_name_one(url: str) -> None:
    with pytest.raises(SettingsError, match=r"uses no virtual warehouse.*\?warehouse=\.\.\. in the URL of the trial's"):
        Trials(url.replace("&warehouse=TINY", ""), Path()).prepare()


def test_a_wrong_password_could_not_be_looked_at_and_is_not_repeated(snowflake: Snowflake) -> None:
    with pytest.raises(NotVerified, match=r"look at what the URL of the trial's warehouse says of user") as caught:
        Trials(snowflake.url("X", password="hunter2"), Path()).prepare()
    assert "hunter2" not in str(caught.value)


def test_the_teams_own_database_is_no_place_for_a_trial_and_nobody_connects_with_it(
    snowflake: Snowflake, tmp_path: Path
) -> None:
    own = "snowflake://loader@acme/ANALYTICS/CLARI?warehouse=LOADING"
    asked = len(snowflake.door.asked)
    with pytest.raises(SettingsError, match=r"is the database of `warehouse\.url`, and no place for a trial"):
        Trials("snowflake://trial@ACME/analytics?warehouse=TINY", tmp_path, lambda: own).prepare()
    (tmp_path / "clari-readiness.toml").write_text(
        SETTINGS + f'warehouse.url = "{own}"\ntrial = {{ warehouse = "{own}" }}\n'
    )
    accused = accused_of(load(tmp_path / "clari-readiness.toml", environ={}).get("prod"), Wishes())
    with pytest.raises(SettingsError, match="no place for a trial"):
        accused.warehouses.prepare()
    assert len(snowflake.door.asked) == asked


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("snowflake://a:b@acme/X/Y", "snowflake://c@ACME/x?role=r", True),
        ("snowflake://a@acme/X", "snowflake://a@acme/Z", False),
        ("snowflake://a@acme/X", "snowflake://a@other/X", False),
        ("snowflake://a@acme", "snowflake://a@acme", False),
    ],
)
def test_two_urls_name_one_database_by_account_and_name(one: str, other: str, same: bool) -> None:
    assert same_database(one, other, Path()) is same
    assert same_database(other, one, Path()) is same


def test_the_url_of_a_scenarios_database_is_whole_and_names_its_files_from_anywhere(tmp_path: Path) -> None:
    url = "snowflake://me%40x:p%2Fw@acme/D/S?warehouse=W&private_key_file=keys/rsa.p8&private_key_file_pwd=se%20cret"
    made = url_of(address_of(url, tmp_path), "N")
    key = quote(str(tmp_path / "keys/rsa.p8"), safe="")
    assert made == (
        f"snowflake://me%40x:p%2Fw@acme/N/PUBLIC?warehouse=W&private_key_file={key}&private_key_file_pwd=se%20cret"
    )
    assert set(secrets_in(made)) == {"p/w", "se cret"}


def test_a_url_that_cannot_be_read_is_a_mistake_and_is_not_repeated() -> None:
    with pytest.raises(
        SettingsError, match=r"the URL of the trial's warehouse is not one that Snowflake reads"
    ) as caught:
        warehouses_at("snowflake://hunter2", str).prepare()
    assert "hunter2" not in str(caught.value)


def test_no_scenario_fills_a_disk_there_and_nobody_has_to_approve_of_that(place: SnowflakeWarehouse) -> None:
    with pytest.raises(NotVerified, match="no disk of its own"):
        place.full()
    assert set(Trials.spared.values()) <= BY_NATURE


def test_a_reference_is_resolved_when_it_is_needed_and_not_before() -> None:
    resolved: list[str] = []

    def resolve(reference: str) -> str:
        resolved.append(reference)
        return "snowflake://me@acme"

    there = warehouses_at("env://TRIAL_WAREHOUSE", resolve)
    assert resolved == []
    assert there.work > 100
    assert resolved == ["env://TRIAL_WAREHOUSE"]
