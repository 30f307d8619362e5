"""BigQuery through its own client, against a stand-in that runs each statement in DuckDB, and against a real one."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from clari_readiness.errors import WarehouseError
from clari_readiness.warehouse import Tables, WarehouseReader
from tests.bigquery_server import BigQuery, into_bigquery
from tests.warehouse.documents import document, entry

Load = Callable[..., Any]
NET = ["net_bookings"]
REAL = os.environ.get("CLARI_TEST_BIGQUERY", "")


def opened(url: str, tables: Tables | None = None, **options: Any) -> WarehouseReader:
    return WarehouseReader.open(url, tables or Tables(), Path(), **options)


@pytest.fixture
def url(load: Load, path: Path, bigquery: BigQuery) -> str:
    load(document(entry("1:A"), entry("2:A")))
    return into_bigquery(path, bigquery)


def test_each_job_is_labelled_with_its_check_and_has_its_time_out_and_no_value_in_its_text(
    url: str, bigquery: BigQuery
) -> None:
    with opened(url, timeout=90) as reader:
        bigquery.asked.clear()
        reader.ask("freshness", forecasts=NET, time_period="2027_Q3")
    (asked,) = bigquery.asked
    assert (asked["labels"], asked["jobTimeoutMs"]) == ({"clari-readiness": "freshness"}, "90000")
    assert asked["useLegacySql"] is False
    assert not any(word in asked["query"] for word in ("net_bookings", "2027_Q3"))
    assert {each["parameterValue"]["value"] for each in asked["queryParameters"]} == {"net_bookings", "2027_Q3"}


def test_a_statement_is_given_up_after_the_time_that_it_has(url: str) -> None:
    endless = "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS i FROM n"
    with opened(url, timeout=0.3) as reader:
        with pytest.raises(WarehouseError, match=r"freshness had no answer within 0\.3 s; raise `warehouse\.timeout`"):
            reader.run("freshness", endless, {})
        assert len(reader.ask("kept_periods").rows) == 1


def test_an_account_that_could_write_is_told_and_one_that_could_not_is_no_matter(url: str, bigquery: BigQuery) -> None:
    with opened(url) as reader:
        assert reader.may_write == ""
        bigquery.writable.add(url.removeprefix("bigquery://").partition("/")[0])
        assert reader.may_write == "the account"


def test_a_missing_dataset_table_or_column_is_named_with_what_is_there(url: str) -> None:
    with opened(url, Tables("Clari_Forecasts")) as reader:
        assert len(reader.ask("kept_periods").rows) == 1
    with (
        opened(url, Tables("clari_forecast")) as reader,
        pytest.raises(WarehouseError, match=r"no table clari_forecast; it has .*did you mean clari_forecasts\?"),
    ):
        reader.ask("kept_periods")
    with opened(url, Tables("nowhere.clari_forecasts")) as reader, pytest.raises(WarehouseError, match="no table"):
        reader.ask("kept_periods")
    with (
        opened(url, Tables(columns={"time_period": "quarter"})) as reader,
        pytest.raises(WarehouseError, match=r"no column quarter \(our time_period\); it has .*time_period"),
    ):
        reader.ask("kept_periods")


def test_no_more_than_a_megabyte_comes_back(url: str) -> None:
    with opened(url) as reader, pytest.raises(WarehouseError, match=r"kept_periods brings back more than 1 MB"):
        reader.run("kept_periods", "SELECT repeat('x', $size) AS word", {"size": 1_000_001})


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("bigquery://hunter2", "is not one that BigQuery reads"),
        ("bigquery://me:hunter2@project/dataset", "is not one that BigQuery reads"),
        ("bigquery://project/dataset?key=hunter2", "says more than a client is made with"),
        ("bigquery://project/dataset?endpoint=http://bigquery.example.com", "says more than a client is made with"),
    ],
)
def test_a_url_that_bigquery_does_not_read_is_not_repeated(url: str, says: str) -> None:
    with pytest.raises(WarehouseError, match=says) as refused:
        opened(url)
    assert "hunter2" not in f"{refused.value} {refused.value.__cause__} {refused.value.__context__}"


def test_without_credentials_it_says_how_to_have_some(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "key.json"))
    (tmp_path / "key.json").write_text('{"type": "hunter2"}')
    with pytest.raises(
        WarehouseError, match=r"bigquery://project/dataset: .*; set GOOGLE_APPLICATION_CREDENTIALS"
    ) as no:
        opened("bigquery://project/dataset")
    assert "\n" not in str(no.value)


def test_what_does_not_answer_is_one_line_and_is_not_waited_for_longer_than_a_statement() -> None:
    url = "bigquery://p/d?endpoint=http://127.0.0.1:9"
    with opened(url, timeout=0.5) as reader, pytest.raises(WarehouseError) as refused:
        reader.ask("kept_periods")
    assert str(refused.value).startswith("bigquery://p/d cannot be reached: ")
    assert "\n" not in str(refused.value)


def test_a_driver_that_is_not_installed_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "clari_readiness.warehouse.engines.bigquery", raising=False)
    monkeypatch.setitem(sys.modules, "google.auth.exceptions", None)
    with pytest.raises(WarehouseError, match=r'pip install "clari-readiness\[bigquery\]"'):
        opened("bigquery://project/dataset")


@pytest.mark.skipif(not REAL, reason="CLARI_TEST_BIGQUERY names no BigQuery with a table clari_forecasts")
def test_a_real_bigquery_answers_every_question() -> None:
    from tests.warehouse.test_mappings import answers  # noqa: PLC0415 - of use here alone

    with opened(REAL) as reader:
        found = answers(reader)
    assert all(row["last_exported_at"].tzinfo == UTC for row in found["kept_periods"])
    assert sum(row["rows"] for row in found["kept_periods"]) > 0
