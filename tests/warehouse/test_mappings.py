"""The shipped views over tables that others shape: what the checks are answered is what our own table answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest

from clari_readiness.errors import WarehouseError
from clari_readiness.warehouse import AMOUNT_COLUMNS, Tables, WarehouseReader
from clari_readiness.warehouse.columns import Kind
from tests.elsewhere import into, into_postgres
from tests.mappings import FIVETRAN, VIEWS, fivetran, landing
from tests.warehouse.documents import ENDED, PERIOD, document, entry, snapshot

Load = Callable[..., Any]
NET = ["net_bookings"]
PARAMS: dict[str, Any] = {
    "forecasts": NET,
    "periods": [PERIOD, "2027_Q2"],
    "jobs": ["job-1", "job-2"],
    "time_period": PERIOD,
    "newest_only": False,
}
QUESTIONS = [
    Path(each.name).stem
    for each in sorted((files("clari_readiness.warehouse") / "sql" / "checks").iterdir(), key=lambda each: each.name)
    if "{{forecasts}}" in each.read_text() and "export_jobs" not in each.read_text()
]
OF_JOBS = ("newest_jobs", "reloaded_jobs", "rows_of_jobs")
VIEW = Tables("analytics.clari_forecasts")

TYPES = ("forecast", "quota", "adjustment", "crm_total", "crm_closed")
MONEY = {
    "forecastValue": Decimal("1234567890123.45"),
    "quotaValue": Decimal("-0.01"),
    "crmClosed": Decimal("0.10"),
    "currency": {"code": "EUR", "symbol": "€"},
}
PARSED = (
    "CREATE TABLE raw.clari_results AS"
    " SELECT job_id, forecast_id, finished_at, parse_json(document) AS document FROM raw.texts"
)
AS_JSON: dict[str, list[str]] = {
    "duckdb": [],
    "postgres": ["ALTER TABLE raw.clari_results ALTER COLUMN document TYPE jsonb USING CAST(document AS jsonb)"],
    "snowflake": [
        "ALTER TABLE raw.clari_results RENAME TO raw.texts",
        PARSED,
    ],
}
"""How a text becomes what a landing table of each engine keeps."""

JOBS = [
    ("job-0", ENDED - timedelta(days=90), "2027_Q2", document(entry("1:A", "TF:2026-05-06", "2027_Q2", **MONEY))),
    ("job-1", ENDED - timedelta(days=1), PERIOD, document(entry("1:A", **MONEY), entry("2:B"))),
    ("job-2", ENDED, PERIOD, document(entry("1:A", **MONEY, aggregationTotal=7), entry("2:B"), entry("3:C"))),
]


@dataclass(frozen=True)
class Place:
    """One of the engines: how what a DuckDB file holds comes there, with a view over it."""

    engine: str
    server: Any

    def over(self, path: Path, view: Path, *before: str) -> WarehouseReader:
        """Make the view, after some statements of the team's own, and return a reader of it."""
        made = ("CREATE SCHEMA analytics", *before, view.read_text())
        if self.engine == "duckdb":
            with duckdb.connect(path) as connection:
                for each in made:
                    connection.execute(each)
            url = f"duckdb:///{path}"
        elif self.engine == "snowflake":
            url = into(self.engine, path, self.server)
            self.server.execute(url, *made)
        else:
            url = into_postgres(path, self.server)
            with psycopg.connect(url) as target:
                for each in made:
                    target.execute(each)  # type: ignore[call-overload]
        return WarehouseReader.open(url, VIEW, path.parent)


@pytest.fixture(params=["duckdb", "postgres", "snowflake"])
def place(request: pytest.FixtureRequest) -> Place:
    return Place(request.param, None if request.param == "duckdb" else request.getfixturevalue(request.param))


@pytest.fixture
def ours(load: Load, path: Path) -> Path:
    """A file into which the reference exporter has loaded the documents."""
    for job, at, period, content in JOBS:
        load(content, snapshot(job, period, at, TYPES))
    return path


def answers(reader: WarehouseReader, *, without: tuple[str, ...] = ()) -> dict[str, list[dict[str, Any]]]:
    """Return what each of the questions brings back."""
    found = {}
    for name in QUESTIONS:
        if name not in without:
            params = {key: value for key, value in PARAMS.items() if f"${key}" in _text(name)}
            found[name] = reader.ask(name, **params).dicts()
    return found


def _text(name: str) -> str:
    return (files("clari_readiness.warehouse") / "sql" / "checks" / f"{name}.sql").read_text()


def test_documents_as_they_landed_are_judged_as_what_the_exporter_loads(
    place: Place, ours: Path, tmp_path: Path
) -> None:
    landing(tmp_path / "landed.duckdb", [(job, at, content) for job, at, _, content in JOBS])
    with (
        WarehouseReader.open(f"duckdb:///{ours}", Tables(), ours.parent) as loaded,
        place.over(tmp_path / "landed.duckdb", VIEWS[f"raw_json/{place.engine}"], *AS_JSON[place.engine]) as landed,
    ):
        expected = answers(loaded)
        assert answers(landed) == expected
        assert [row["rows"] for row in expected["kept_periods"]] == [1, 5]
        assert landed.inexact_amounts == {}
        if place.engine == "snowflake":
            return  # fakesnow adds up decimals in binary, and Snowflake does not
        sums = ", ".join(f"sum({amount}) AS {amount}" for amount in AMOUNT_COLUMNS)
        of_all = landed.run("sums", f"SELECT {sums} FROM analytics.clari_forecasts", {}).dicts()  # noqa: S608 - ours
        assert of_all == loaded.run("sums", f"SELECT {sums} FROM clari_forecasts", {}).dicts()  # noqa: S608 - ours
        assert of_all[0]["forecast_amount"] == 3 * MONEY["forecastValue"] + 3 * Decimal("10.5")


def test_fivetrans_tables_are_one_export_of_each_quarter_and_what_it_marks_as_deleted_is_none_of_it(
    place: Place, ours: Path, tmp_path: Path
) -> None:
    fivetran(ours, tmp_path / "synchronised.duckdb")
    with place.over(tmp_path / "synchronised.duckdb", FIVETRAN) as reader:
        found = answers(reader)
        kept = {row["time_period"]: row for row in found["kept_periods"]}
        assert {period: row["rows"] for period, row in kept.items()} == {"2027_Q2": 1, PERIOD: 3, "2027_Q4": 1}
        assert all(row["first_exported_at"] == row["last_exported_at"] for row in kept.values())
        assert timedelta(0) < kept[PERIOD]["last_exported_at"] - ENDED < timedelta(minutes=1)
        assert found["duplicate_keys"] == found["shared_weeks"] == found["identical_periods"] == []
        assert {row["amounts_before"] for row in found["emptied_exports"]} == {None}
        amounts = {row["time_period"]: row["amounts"] for row in found["period_coverage"]}
        assert amounts == {"2027_Q2": 1, PERIOD: 3, "2027_Q4": 1}
        assert {row["job_id"] for row in found["newest_jobs"]} == {None}
        assert reader.inexact_amounts == dict.fromkeys(AMOUNT_COLUMNS, Kind.FLOAT)


def test_of_several_columns_that_are_missing_each_is_named_with_the_nearest_that_is_there(
    reader: Callable[..., WarehouseReader], path: Path
) -> None:
    with duckdb.connect(path) as connection:
        connection.execute("CREATE TABLE t AS SELECT 'a' AS forecast_id, 'b' AS Quarter, 'c' AS exported")
    tables = Tables("t", {"time_period": "quarters", "job_id": "nothing_like_it"})
    with reader(path, tables) as opened, pytest.raises(WarehouseError) as refused:
        opened.ask("newest_jobs", forecasts=NET, periods=[PERIOD])
    assert str(refused.value).lower() == (
        "t has no column forecast_name or quarters (our time_period) or exported_at or nothing_like_it (our job_id); "
        "it has forecast_id, quarter, exported; did you mean forecast_id for forecast_name, quarter for time_period, "
        "exported for exported_at?; map it: warehouse.columns = { job_id = ... }"
    )


def test_a_column_of_the_grain_that_is_missing_leads_to_the_grain_and_of_many_columns_some_are_named(
    reader: Callable[..., WarehouseReader], path: Path
) -> None:
    columns = ", ".join(f"1 AS column_{at}" for at in range(50))
    with duckdb.connect(path) as connection:
        connection.execute(
            f"CREATE TABLE t AS SELECT 'a' AS forecast_name, 'b' AS time_period, 'c' AS exported_at, {columns}"
        )
    grain = ("forecast_name", "time_period", "exported_at", "territory")
    with reader(path, Tables("t", grain=grain)) as opened, pytest.raises(WarehouseError) as refused:
        opened.ask("duplicate_keys", newest_only=True)
    assert (
        str(refused.value)
        .lower()
        .startswith("t has no column territory; it has forecast_name, time_period, exported_at, ")
    )
    assert str(refused.value).lower().endswith(" column_36 and 13 more; correct `warehouse.grain`")
