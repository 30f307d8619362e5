"""Snowflake through its own connector: what a session says, what it may do, and what is said when it cannot be read."""

from __future__ import annotations

import logging
import re
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from clari_readiness.errors import WarehouseError
from clari_readiness.warehouse import Tables, WarehouseReader
from clari_readiness.warehouse.columns import Described, Kind
from clari_readiness.warehouse.engines.snowflake import DIALECT
from clari_readiness.warehouse.engines.snowflake_url import address_of
from clari_readiness.warehouse.statements import statement
from tests.snowflake_server import USER, WRITES, Snowflake, into_snowflake
from tests.warehouse.documents import document, entry

Load = Callable[..., Any]
NET = ["net_bookings"]


def opened(url: str, tables: Tables | None = None, **options: Any) -> WarehouseReader:
    return WarehouseReader.open(url, tables or Tables(), Path(), **options)


@pytest.fixture
def url(load: Load, path: Path, snowflake: Snowflake) -> str:
    """A database of its own with one export of two people in it."""
    load(document(entry("1:A"), entry("2:A")))
    return into_snowflake(path, snowflake)


def test_the_query_history_names_the_check_and_every_statement_has_its_time_out(url: str, snowflake: Snowflake) -> None:
    with opened(url, timeout=90) as reader:
        snowflake.door.asked.clear()
        reader.ask("freshness", forecasts=NET, time_period="2027_Q3")
    assert [each.tag for each in snowflake.door.asked] == ["clari-readiness: columns", "clari-readiness: freshness"]
    assert {each.timeout for each in snowflake.door.asked} == {"90"}
    assert not any(word in each.sql for each in snowflake.door.asked for word in ("net_bookings", "2027_Q3"))


def test_a_statement_is_given_up_after_the_time_that_it_has_and_the_session_goes_on(url: str) -> None:
    endless = "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS i FROM n"
    with opened(url, timeout=0.1) as reader:
        with pytest.raises(WarehouseError) as late:
            reader.run("freshness", endless, {})
        assert str(late.value).endswith(
            "the check freshness had no answer within 1 s; raise `warehouse.timeout`, or take a larger warehouse"
        )
        assert len(reader.ask("kept_periods").rows) == 1


def test_a_role_that_could_write_is_named_and_one_that_could_not_is_no_matter(url: str) -> None:
    with opened(f"{url}&role=READER") as reader, opened(f"{url}&role={WRITES}") as writer:
        assert (reader.may_write, writer.may_write) == ("", f"the role {WRITES}")
        assert reader.ask("kept_periods").rows == writer.ask("kept_periods").rows


def test_a_wrong_password_is_one_line_that_repeats_neither_it_nor_the_right_one(
    url: str, snowflake: Snowflake, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = url.replace("snow%20%26%20flake%2F%40", "hunter3")
    with (
        caplog.at_level(logging.DEBUG),
        pytest.raises(WarehouseError, match="Incorrect username or password was specified") as refused,
    ):
        opened(wrong)
    assert str(refused.value).startswith("snowflake://acme/T")
    assert "\n" not in str(refused.value)
    told = f"{refused.value} {refused.value.__cause__} {refused.value.__context__} {caplog.text}"
    assert not [word for word in ("hunter3", "flake/@") if word in told]
    assert f"{snowflake.port}" not in str(refused.value).partition(": ")[0]


def test_a_host_that_does_not_answer_is_one_line_without_the_password(caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    url = f"snowflake://me:hunter2@acme/SALES?host=127.0.0.1&port={port}&protocol=http"
    with caplog.at_level(logging.DEBUG), pytest.raises(WarehouseError, match="cannot be reached") as refused:
        opened(url, timeout=1)
    assert "\n" not in str(refused.value)
    assert "hunter2" not in f"{refused.value} {refused.value.__cause__} {refused.value.__context__} {caplog.text}"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("snowflake://hunter2", "is not one that Snowflake reads"),
        ("snowflake://me:hunter2@", "is not one that Snowflake reads"),
        ("snowflake://me:hunter2@acme/db?port=hunter2", "is not one that Snowflake reads"),
        ("snowflake://me:hunter2@[::1/db", "is not one that Snowflake reads"),
        ("snowflake://me:hunter2@acme/db?pasword=hunter2", "says 'pasword', which no session"),
    ],
)
def test_a_url_that_snowflake_does_not_read_is_not_repeated(url: str, says: str) -> None:
    with pytest.raises(WarehouseError, match=says) as refused:
        opened(url)
    assert "hunter2" not in f"{refused.value} {refused.value.__cause__} {refused.value.__context__}"


def test_a_url_says_who_is_where_with_which_key_and_never_shows_it() -> None:
    url = "snowflake://re%40der:p%2Fw@my-org/SALES/PUBLIC?warehouse=GATE&role=R&private_key_file=keys/key.p8"
    address = address_of(url, Path("/etc/clari"))
    assert address.options == {
        "account": "my-org",
        "user": "re@der",
        "password": "p/w",
        "database": "SALES",
        "schema": "PUBLIC",
        "warehouse": "GATE",
        "role": "R",
        "private_key_file": "/etc/clari/keys/key.p8",
    }
    assert address.name == "snowflake://my-org/SALES/PUBLIC"
    assert not [word for word in ("p/w", "re@der") if word in f"{address!r} {address.name}"]


def test_a_missing_table_database_or_column_is_named_with_what_is_there(url: str) -> None:
    database = url.partition("@acme/")[2].partition("/")[0]
    with (
        opened(url, Tables("clari_forecast")) as reader,
        pytest.raises(WarehouseError, match=r"no table clari_forecast; it has .*did you mean CLARI_FORECASTS\?"),
    ):
        reader.ask("kept_periods")
    with (
        opened(url, Tables("nowhere.public.clari_forecasts")) as reader,
        pytest.raises(WarehouseError, match="no table"),
    ):
        reader.ask("kept_periods")
    with (
        opened(url, Tables(columns={"time_period": "quarter"})) as reader,
        pytest.raises(WarehouseError, match=r"no column quarter \(our time_period\); it has .*TIME_PERIOD"),
    ):
        reader.ask("kept_periods")
    with opened(url, Tables(f"{database.lower()}.public.CLARI_forecasts")) as reader:
        assert len(reader.ask("kept_periods").rows) == 1


def test_a_moment_with_an_offset_is_brought_to_utc_before_the_offset_is_dropped() -> None:
    kinds = {"forecast_name": Kind.TEXT, "time_period": Kind.TEXT, "exported_at": Kind.OTHER}
    selection = Tables().selection(("exported_at",), (), Described('"T"', kinds))
    rendered = DIALECT.render(selection.sql, {}).sql
    assert "CAST(CONVERT_TIMEZONE('UTC', CAST(\"exported_at\" AS TIMESTAMPTZ)) AS TIMESTAMPNTZ)" in rendered


def test_no_more_than_a_megabyte_comes_back(url: str) -> None:
    with opened(url) as reader, pytest.raises(WarehouseError, match=r"kept_periods brings back more than 1 MB"):
        reader.run("kept_periods", "SELECT repeat('x', $size) AS word", {"size": 1_000_001})


def test_a_driver_that_is_not_installed_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "clari_readiness.warehouse.engines.snowflake", raising=False)
    monkeypatch.setitem(sys.modules, "snowflake.connector", None)
    with pytest.raises(WarehouseError, match=r'pip install "clari-readiness\[snowflake\]"'):
        opened(f"snowflake://{USER}@acme/db")


def test_what_lies_in_another_schema_is_found_and_its_name_is_never_read_as_sql(
    load: Load, path: Path, snowflake: Snowflake
) -> None:
    load(document(entry("1:A")))
    with duckdb.connect(path) as connection:
        connection.execute('CREATE SCHEMA s; CREATE TABLE s."Clari ""?"" Table" AS SELECT * FROM clari_forecasts')
    with opened(into_snowflake(path, snowflake), Tables('s."clari ""?"" table"')) as reader:
        ((_, _, rows, _, _),) = reader.ask("kept_periods").rows
        assert rows == 1


@pytest.mark.parametrize(
    "name",
    [
        *("checks/has_table", "checks/whole_by_ledger", "checks/job_phases", "checks/job_outcomes"),
        *("checks/unended_jobs", "checks/loaded_periods", "checks/audit_days_before"),
        *("metrics/newest_jobs", "reconcile/newest_jobs"),
    ],
)
def test_what_the_exporter_made_is_asked_for_by_its_names_in_upper_case_and_answers_in_lower_case(name: str) -> None:
    lists = ("columns", "jobs", "forecasts", "periods")
    params = {word: ["a"] if word in lists else "a" for word in re.findall(r"\$(\w+)", statement(name))}
    tree = sqlglot.parse_one(DIALECT.render(statement(name), params).sql, read="snowflake")
    assert isinstance(tree, exp.Select)
    assert all(column == column.lower() for column in tree.named_selects)
    tables = list(tree.find_all(exp.Table))
    assert tables
    for table in tables:
        assert all(part.name == part.name.upper() for part in table.parts)
        around = table.find_ancestor(exp.Select)
        assert around is not tree
        assert all(column.name == column.name.upper() for column in around.find_all(exp.Column))


def test_how_far_two_moments_lie_apart_is_asked_of_snowflake_which_subtracts_none() -> None:
    said = DIALECT.render("SELECT epoch(a - b) AS apart FROM t", {}).sql
    assert 'CAST(DATEDIFF(MICROSECOND, "b", "a") AS DOUBLE) / 1000000' in said


def test_a_name_in_quotes_and_a_table_of_a_teams_own_stay_as_they_are() -> None:
    assert '"export_jobs"' in DIALECT.render('SELECT state FROM "export_jobs"', {}).sql
    assert '"S"."export_jobs"' in DIALECT.render('SELECT state FROM "S".export_jobs', {}).sql
