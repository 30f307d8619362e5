"""Engines beside DuckDB: what a session may do there, what comes back, and what is said when it cannot be read."""

from __future__ import annotations

import logging
import socket
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb
import psycopg
import pytest

from clari_readiness.errors import SettingsError, WarehouseError
from clari_readiness.warehouse import Tables, WarehouseReader, database_path
from clari_readiness.warehouse.columns import Kind
from clari_readiness.warehouse.engines import LARGEST_ANSWER
from tests.elsewhere import into_postgres
from tests.servers import GUARDED
from tests.warehouse.documents import document, entry

Load = Callable[..., Any]
NET = ["net_bookings"]
PASSWORD = "hunter2 &/@"


def opened(url: str, tables: Tables | None = None, **options: Any) -> WarehouseReader:
    return WarehouseReader.open(url, tables or Tables(), Path(), **options)


def as_role(url: str, role: str, *, may: str) -> str:
    """Make a role that may do something with every table, and return the URL with it and its password."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP ROLE IF EXISTS {role}")
        connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'")
        if may:
            connection.execute(f"GRANT {may} ON ALL TABLES IN SCHEMA public TO {role}")
    return url.replace("postgres:@", f"{role}:{quote(PASSWORD, safe='')}@")


@pytest.fixture
def server(load: Load, path: Path, postgres: str) -> str:
    """A database of its own with one export of two people in it."""
    load(document(entry("1:A"), entry("2:A")))
    return into_postgres(path, postgres)


def forget(url: str, *roles: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for role in roles:
            connection.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


def test_a_session_with_postgres_cannot_write_whatever_its_role_may(server: str) -> None:
    with psycopg.connect(server) as connection:
        connection.execute(
            "CREATE FUNCTION wipe() RETURNS int LANGUAGE sql AS 'DELETE FROM clari_forecasts RETURNING 1'"
        )
    with opened(server) as reader, pytest.raises(WarehouseError, match="DELETE in a read-only transaction"):
        reader.run("nothing", "SELECT wipe()", {})
    with psycopg.connect(server) as connection:
        assert connection.execute("SELECT count(*) FROM clari_forecasts").fetchall() == [(2,)]


def test_a_role_that_could_write_is_named_and_one_that_could_not_is_no_matter(server: str) -> None:
    reads, writes = as_role(server, "only_reads", may="SELECT"), as_role(server, "may_write", may="SELECT, UPDATE")
    with opened(reads) as reader, opened(writes) as writer:
        assert (reader.may_write, writer.may_write) == ("", "the role may_write")
        assert reader.ask("kept_periods").rows == writer.ask("kept_periods").rows
    forget(server, "only_reads", "may_write")


def test_the_server_is_told_which_check_it_works_for(server: str) -> None:
    with opened(server) as reader:
        (row,) = reader.run("freshness", "SELECT current_setting('application_name') AS tag", {}).dicts()
        assert row == {"tag": "clari-readiness: freshness"}


def test_a_statement_is_given_up_after_the_time_that_it_has(server: str) -> None:
    with opened(server, timeout=0.1) as reader, pytest.raises(WarehouseError) as late:
        reader.run("freshness", "SELECT pg_sleep(30)", {})
    assert str(late.value).endswith(
        "the check freshness had no answer within 0.1 s; raise `warehouse.timeout`, or index exported_at"
    )


@pytest.mark.parametrize(("scheme", "connect"), [("duckdb", duckdb.connect), ("sqlite", sqlite3.connect)])
def test_a_statement_over_a_file_is_stopped_after_the_time_that_it_has_and_the_next_one_runs(
    scheme: str, connect: Callable[[Path], Any], tmp_path: Path
) -> None:
    with closing(connect(tmp_path / "warehouse")) as made:
        made.execute("CREATE TABLE clari_forecasts (forecast_name VARCHAR)")
    endless = "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    with opened(f"{scheme}:///{tmp_path}/warehouse", timeout=0.3) as reader:
        with pytest.raises(WarehouseError) as late:
            reader.run("freshness", endless, {})
        assert str(late.value) == (
            f"{tmp_path}/warehouse: the check freshness had no answer within 0.3 s; raise `warehouse.timeout`"
        )
        assert reader.run("freshness", "SELECT count(*) AS n FROM clari_forecasts", {}).rows == ((0,),)


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_no_more_than_a_megabyte_comes_back(engine: str, server: str, path: Path) -> None:
    with opened(f"duckdb:///{path}" if engine == "duckdb" else server) as reader:
        ((word,),) = reader.run("kept_periods", "SELECT repeat('x', $size) AS word", {"size": LARGEST_ANSWER}).rows
        assert len(word) == LARGEST_ANSWER
        with pytest.raises(WarehouseError, match=r"kept_periods brings back more than 1 MB.*`warehouse\.columns`"):
            reader.run("kept_periods", "SELECT repeat('x', $size) AS word", {"size": LARGEST_ANSWER + 1})


def test_an_answer_that_is_too_large_is_stopped_on_its_way_and_the_next_question_is_answered(server: str) -> None:
    with opened(server) as reader:
        with pytest.raises(WarehouseError, match="brings back more than 1 MB"):
            reader.run("kept_periods", "SELECT n FROM generate_series(1, 3000000) AS numbers (n)", {})
        assert reader.run("kept_periods", "SELECT 1 AS n", {}).rows == ((1,),)


def test_an_answer_without_rows_has_its_columns(server: str) -> None:
    with opened(server) as reader:
        answer = reader.run("nothing", "SELECT 1 AS one, $text AS two WHERE false", {"text": "50 %"})
    assert (answer.columns, answer.rows) == (("one", "two"), ())


@pytest.mark.parametrize(("given", "taken"), [("4MB", "64MB"), ("96MB", "96MB")])
def test_a_statement_has_64_mb_for_each_sort_or_what_the_server_gives_where_that_is_more(
    server: str, given: str, taken: str
) -> None:
    separator = "&" if "?" in server else "?"
    with opened(f"{server}{separator}options=-cwork_mem%3D{given}") as reader:
        assert reader.run("nothing", "SELECT current_setting('work_mem') AS taken", {}).rows == ((taken,),)


def test_a_question_is_planned_in_parallel_where_the_server_would(server: str) -> None:
    separator = "&" if "?" in server else "?"
    launched = "SELECT parallel_workers_launched FROM pg_stat_database WHERE datname = current_database()"
    with psycopg.connect(server, autocommit=True) as other:
        (before,) = other.execute(launched).fetchall()
        with opened(f"{server}{separator}options=-cdebug_parallel_query%3Don") as reader:
            assert reader.run("nothing", "SELECT count(*) AS n FROM clari_forecasts", {}).rows == ((2,),)
        # What a session did is counted when it has ended, a moment later.
        until = time.monotonic() + 20
        while other.execute(launched).fetchall() == [before] and time.monotonic() < until:
            time.sleep(0.05)
        assert other.execute(launched).fetchall() > [before]


def test_names_are_found_whatever_their_upper_case_and_never_read_as_sql(server: str) -> None:
    with psycopg.connect(server) as connection:
        connection.execute('CREATE SCHEMA "Sales %s"')
        view = '"Sales %s"."Clari ""%(x)s"" Table"'
        connection.execute(f'CREATE VIEW {view} AS SELECT exported_at AS "Exported At", * FROM clari_forecasts')  # noqa: S608 - ours
    tables = Tables('"sales %s"."CLARI ""%(X)s"" TABLE"', {"exported_at": "exported at"})
    with opened(server, tables) as reader:
        ((_, _, rows, _, _),) = reader.ask("kept_periods").rows
        assert rows == 2


@pytest.mark.parametrize(
    ("role", "says"),
    [
        ("nobody_at_all", "nobody_at_all"),
        ("blind", "may not read this: permission denied for .*clari_forecasts; grant SELECT"),
    ],
)
def test_a_role_that_is_missing_or_may_not_read_is_one_line(server: str, role: str, says: str) -> None:
    url = server.replace("postgres:@", f"{role}:@") if role == "nobody_at_all" else as_role(server, role, may="")
    with pytest.raises(WarehouseError, match=says) as refused, opened(url) as reader:
        reader.ask("kept_periods")
    assert "\n" not in str(refused.value)
    if role == "blind":
        forget(server, role)


def test_a_missing_table_or_column_is_named_with_what_is_there(server: str) -> None:
    with (
        opened(server, Tables("clari_forecast")) as reader,
        pytest.raises(
            WarehouseError, match=r"no table clari_forecast; it has .*clari_forecasts.*did you mean clari_forecasts\?"
        ),
    ):
        reader.ask("kept_periods")
    with (
        opened(server, Tables(columns={"time_period": "quarter"})) as reader,
        pytest.raises(WarehouseError, match=r"no column quarter \(our time_period\); it has .*time_period"),
    ):
        reader.ask("kept_periods")


def test_a_host_that_does_not_answer_is_one_line_without_the_password(caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    url = f"postgresql://me:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/sales"
    with caplog.at_level(logging.DEBUG), pytest.raises(WarehouseError) as refused:
        opened(url)
    said = str(refused.value)
    assert said.startswith(f"postgresql://127.0.0.1:{port}/sales cannot be reached: ")
    assert "Connection refused" in said
    assert "\n" not in said
    assert "hunter2" not in f"{said} {refused.value.__cause__} {refused.value.__context__} {caplog.text}"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://me:hunter2@h/db?pasword=hunter2", "is not one that PostgreSQL reads"),
        ("postgresql://me:hunter2@127.0.0.1:port/db", "postgresql://127.0.0.1:port/db cannot be reached"),
        ("postgresql://me:hunter2@[::1/db", "is not one that PostgreSQL reads"),
    ],
)
def test_a_url_that_postgres_does_not_read_is_not_repeated(url: str, says: str) -> None:
    with pytest.raises(WarehouseError, match=says) as refused:
        opened(url)
    assert "hunter2" not in f"{refused.value} {refused.value.__cause__} {refused.value.__context__}"


def test_a_wrong_password_is_one_line_that_does_not_repeat_it(server: str, caplog: pytest.LogCaptureFixture) -> None:
    right = as_role(server, GUARDED, may="SELECT")
    with opened(right) as reader:
        assert len(reader.ask("kept_periods").rows) == 1
    with (
        caplog.at_level(logging.DEBUG),
        pytest.raises(WarehouseError, match="password authentication failed") as refused,
    ):
        opened(right.replace("hunter2", "hunter3"))
    assert "look at what `warehouse.url` refers to" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "hunter3" not in f"{refused.value} {refused.value.__cause__} {refused.value.__context__} {caplog.text}"
    with pytest.raises(WarehouseError, match=r"no password supplied; look at what `warehouse\.url` refers to"):
        opened(server.replace("postgres:@", f"{GUARDED}:@"))
    forget(server, GUARDED)


def test_a_driver_that_is_not_installed_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "clari_readiness.warehouse.engines.postgres", raising=False)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(WarehouseError, match=r'pip install "clari-readiness\[postgres\]"'):
        opened("postgresql://h/db")


def test_a_sqlite_file_that_is_missing_or_none_is_one_line_and_no_session_writes(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="there is no such warehouse file"):
        opened(f"sqlite:///{tmp_path}/missing.sqlite")
    assert not (tmp_path / "missing.sqlite").exists()
    (tmp_path / "text.sqlite").write_text("hello" * 1000)
    with pytest.raises(WarehouseError, match="this file is no SQLite database"):
        opened(f"sqlite:///{tmp_path}/text.sqlite")
    with closing(sqlite3.connect(tmp_path / "w.sqlite")) as made:
        made.execute("CREATE TABLE clari_forecasts (forecast_name)")
    with opened(f"sqlite:///{tmp_path}/w.sqlite") as reader, pytest.raises(WarehouseError, match="readonly"):
        reader.run("nothing", "DELETE FROM clari_forecasts", {})


ROWS = {
    "2026-09-01T08:00:00+02:00": "2026-09-01T06:00:00+00:00",
    "2026-09-01T06:00:00.123Z": "2026-09-01T06:00:00.123000+00:00",
    "2026-09-01 09:30:00": "2026-09-01T09:30:00+00:00",
}


def texts(path: Path, moment: str, amount: str) -> None:
    """Make a table in which everything is text, as it lands from a file."""
    with duckdb.connect(path) as connection:
        connection.execute(
            "CREATE TABLE clari_forecasts AS SELECT 'net_bookings' AS forecast_name, '2027_Q3' AS time_period, 'w' AS"
            " time_frame_id, 'a@x.com' AS owner_email, CAST($amount AS VARCHAR) AS forecast_amount,"
            " CAST(1.5 AS DOUBLE) AS quota_amount, CAST($moment AS VARCHAR) AS exported_at",
            {"amount": amount, "moment": moment},
        )


@pytest.mark.parametrize(("written", "meant"), ROWS.items())
def test_a_moment_that_is_kept_as_text_is_read_with_its_offset(
    path: Path, reader: Callable[..., WarehouseReader], written: str, meant: str
) -> None:
    texts(path, written, "1.00")
    with reader(path) as opened:
        (row,) = opened.ask("freshness", forecasts=NET, time_period="2027_Q3").dicts()
    assert row["exported_at"] == datetime.fromisoformat(meant)
    assert row["exported_at"].tzinfo == UTC


@pytest.mark.parametrize("kind", ["BIGINT", "DOUBLE"])
def test_a_moment_that_is_kept_as_a_number_is_one_line_and_no_guess(
    path: Path, reader: Callable[..., WarehouseReader], kind: str
) -> None:
    with duckdb.connect(path) as connection:
        columns = "'a' AS forecast_name, '2027_Q3' AS time_period"
        connection.execute(f"CREATE TABLE clari_forecasts AS SELECT {columns}, 1756706400000::{kind} AS exported_at")
    with (
        reader(path) as opened,
        pytest.raises(WarehouseError, match=r"(?i)keeps exported_at as a number.*; let a view") as no,
    ):
        opened.ask("freshness", forecasts=NET, time_period="2027_Q3")
    assert "\n" not in str(no.value)


def test_amounts_that_are_text_or_floating_point_are_told_and_compared_as_what_they_are(
    path: Path, reader: Callable[..., WarehouseReader]
) -> None:
    texts(path, "2026-09-01T06:00:00Z", "1.00")
    with reader(path) as opened:
        assert opened.inexact_amounts == {"forecast_amount": Kind.TEXT, "quota_amount": Kind.FLOAT}
        assert opened.ask("identical_periods", forecasts=NET).rows == ()
        (row,) = opened.ask("amounts_present", forecasts=NET).dicts()
    assert (row["forecast_amount"], row["quota_amount"]) == (1, 1)


@pytest.mark.parametrize("name", ["forecasts", "exports"])
def test_a_table_may_be_called_what_a_statement_calls_its_own(
    load: Load, path: Path, reader: Callable[..., WarehouseReader], name: str
) -> None:
    load(document(entry("1:A")))
    with duckdb.connect(path) as connection:
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM clari_forecasts")  # noqa: S608 - ours
    with reader(path, Tables(name)) as opened:
        assert len(opened.ask("emptied_exports", forecasts=NET).rows) == 1
        assert opened.ask("identical_periods", forecasts=NET).rows == ()


def test_a_text_that_is_no_amount_is_an_error_and_no_zero(path: Path, reader: Callable[..., WarehouseReader]) -> None:
    texts(path, "2026-09-01T06:00:00Z", "n/a")
    with reader(path) as opened, pytest.raises(WarehouseError, match=r"the check identical_periods cannot run: .*n/a"):
        opened.ask("identical_periods", forecasts=NET)


def test_what_takes_a_duckdb_file_says_so_of_another_engine(tmp_path: Path) -> None:
    for url in (
        "postgresql://me:hunter2@h/db",
        "sqlite:///w.sqlite",
        "snowflake://me:hunter2@acme/db",
        "bigquery://p/d",
    ):
        with pytest.raises(SettingsError, match="is another engine: this takes a DuckDB file") as refused:
            database_path(url, tmp_path)
        assert "hunter2" not in str(refused.value)
