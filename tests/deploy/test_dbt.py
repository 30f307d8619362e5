"""deploy/dbt: its models say what the exporter's views say, and its tests notice what is broken, by name."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copy

import duckdb
import pytest

from clari_readiness.warehouse import Tables, WarehouseReader
from tests.deploy.clari_story import landed, loaded
from tests.deploy.dbt_package import Built, Dbt, Ran, counted, dbt_at, duckdb_at, in_duckdb, in_postgres, postgres_at
from tests.elsewhere import into_postgres
from tests.warehouse.test_mappings import answers

VIEWS = {
    "clari_forecasts": "clari_forecasts",
    "clari_forecast_changes": "clari_forecast_changes",
    "clari_forecast_accuracy": "v_forecast_accuracy",
    "clari_pipeline_coverage": "v_pipeline_coverage",
    "clari_rep_performance": "v_rep_performance",
    "int_clari__current_entries": "current_entries",
}
"""Model -> the exporter's view of the same."""

LANDED = {
    "clari_source": "raw_json",
    "clari_scope_id": "coalesce(scope, '')",
    "clari_currency": "coalesce(asked_currency, '')",
    "clari_include_historical": "history",
    "clari_value_names": {"crm_closed": "bookedValue"},
}
BUILDS = ("postgres-exporter", "postgres-raw_json", "duckdb-raw_json", "duckdb-exporter")
"""The last is the one that is broken afterwards."""

ONCE = "no_key_is_twice_in_one_snapshot"
COMPARED = "changes_are_what_comparing_the_snapshots_says"
CHAINED = "changes_lead_to_what_the_newest_snapshot_holds"
COUNTED = "every_snapshot_has_the_rows_it_counts"


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return loaded(tmp_path_factory.mktemp("exported") / "warehouse.duckdb")


@pytest.fixture(scope="module")
def sealed(exported: Path) -> str:
    return digest(exported)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dbt]:
    with dbt_at(tmp_path_factory.mktemp("dbt")) as started:
        yield started


@pytest.fixture(scope="module")
def built(dbt: Dbt, exported: Path, sealed: str, postgres: str) -> dict[str, Built]:
    assert sealed
    documents = landed(dbt.directory / "landed.duckdb")
    made = {}
    for name in BUILDS:
        engine, _, source = name.partition("-")
        path, variables = (exported, {}) if source == "exporter" else (documents, LANDED)
        if name == "duckdb-raw_json":  # in the other engine the documents alone tell what was asked for
            variables = {**variables, "clari_types": "asked_types"}
        place = dbt.directory / name
        place.mkdir()
        made[name] = (
            in_duckdb(dbt, place, path, variables)
            if engine == "duckdb"
            else in_postgres(dbt, path, postgres, variables)
        )
    return made


@pytest.mark.parametrize("build", BUILDS)
def test_everything_is_built_and_every_test_of_the_package_passes(built: dict[str, Built], build: str) -> None:
    ran = built[build].ran
    assert ran.good, ran.said
    assert ran.those("error", "fail", "skipped") == set()
    assert ran.those("warn") == ({COUNTED} if build.endswith("raw_json") else set())
    assert {*VIEWS, ONCE, CHAINED} <= ran.those("success", "pass")


@pytest.mark.parametrize("model", VIEWS)
@pytest.mark.parametrize("build", BUILDS)
def test_a_model_holds_what_the_exporters_view_says_to_the_cent(
    built: dict[str, Built], exported: Path, build: str, model: str
) -> None:
    with duckdb.connect(exported, read_only=True) as connection:
        columns = tuple(str(name) for name, *_ in connection.execute(f"DESCRIBE {VIEWS[model]}").fetchall())
        if model == "int_clari__current_entries":
            columns = columns[: columns.index("is_updated")]
        expected = connection.execute(f"SELECT {', '.join(columns)} FROM {VIEWS[model]}").fetchall()  # noqa: S608 - ours
    assert len(expected) > 6
    assert built[build].rows(model, columns) == counted(columns, expected)


@pytest.mark.parametrize("build", BUILDS)
def test_the_gate_is_answered_as_by_the_exporters_own_table(
    built: dict[str, Built], exported: Path, build: str
) -> None:
    mart = Tables("analytics.clari_forecasts")
    with (
        WarehouseReader.open(f"duckdb:///{exported}", Tables(), exported.parent) as ours,
        WarehouseReader.open(built[build].url, mart, exported.parent) as theirs,
    ):
        assert answers(theirs) == (expected := answers(ours))
        assert sum(row["rows"] for row in expected["kept_periods"]) > 40
        assert theirs.inexact_amounts == {}


def test_the_exporters_file_is_only_read(built: dict[str, Built], exported: Path, sealed: str) -> None:
    assert built["duckdb-exporter"].ran.good
    assert digest(exported) == sealed
    assert not exported.with_name(exported.name + ".wal").exists()


Break = Callable[..., Ran]


@pytest.fixture
def after(dbt: Dbt, built: dict[str, Built], exported: Path, tmp_path: Path) -> Break:
    """Run dbt on copies of what was exported and built, after statements that break the one or the other."""

    def run(*words: str, exports: str | None = None, marts: tuple[str, ...] = ()) -> Ran:
        assert built["duckdb-exporter"].ran.good
        source = copy(exported, tmp_path / "broken.duckdb")
        made = copy(dbt.directory / "duckdb-exporter" / "marts.duckdb", tmp_path / "marts.duckdb")
        for file, statements in ((source, (exports,) if exports else ()), (made, marts)):
            with duckdb.connect(file) as connection:
                for each in statements:
                    assert connection.execute(each).fetchall() == [(1,)]
        return dbt.run(*words, as_before=True, **duckdb_at(tmp_path, source))

    return run


OF_SOURCES = (
    ONCE,
    COUNTED,
    COMPARED,
    CHAINED,
    "every_row_is_of_a_snapshot",
    "every_week_is_listed",
    "relationships_stg_clari__forecast_entries_user_id__user_id__ref_stg_clari__users_",
    "unique_stg_clari__users_user_id",
)
TWICE = "INSERT INTO forecast_entries SELECT * FROM forecast_entries WHERE job_id = 'job-10' AND user_id = '3:R'"


@pytest.mark.parametrize(
    ("statement", "noticed"),
    [
        (TWICE, {ONCE, COUNTED, COMPARED}),
        ("DELETE FROM entry_changes WHERE job_id = 'job-10' AND user_id = '3:R'", {COMPARED, CHAINED}),
        (
            "UPDATE forecast_entries SET forecast_amount = 11.01 WHERE job_id = 'job-10' AND user_id = '3:R'",
            {COMPARED, CHAINED},
        ),
        ("DELETE FROM forecast_entries WHERE job_id = 'job-04' AND user_id = '3:R'", {COUNTED, COMPARED, CHAINED}),
        ("DELETE FROM snapshots WHERE job_id = 'job-20'", {"every_row_is_of_a_snapshot", COMPARED}),
        ("DELETE FROM time_frames WHERE time_period_id = '2027_Q2'", {"every_week_is_listed"}),
        ("DELETE FROM users WHERE user_id = '5:R'", {OF_SOURCES[6]}),
    ],
    ids=["a key twice", "a change gone", "a cent more", "a row gone", "a snapshot gone", "a week gone", "a user gone"],
)
def test_what_is_broken_in_the_source_fails_these_tests_and_no_other(
    after: Break, statement: str, noticed: set[str]
) -> None:
    ran = after("test", "--select", *OF_SOURCES, exports=statement)
    assert not ran.good
    assert ran.those("fail") == noticed
    assert ran.those("pass") == {*OF_SOURCES} - noticed
    assert all(name in ran.said for name in noticed)


def test_of_a_snapshot_that_has_a_key_twice_no_amounts_are_shown(after: Break) -> None:
    ran = after("build", exports=TWICE)
    assert not ran.good
    assert ONCE in ran.those("fail")
    assert {name for name in VIEWS if ran.statuses[name] != "skipped"} == {"clari_forecast_changes"}


def test_marts_that_hold_what_they_cannot_fail_their_tests(after: Break) -> None:
    marts = (
        "UPDATE analytics.clari_forecast_accuracy SET accuracy_pct = 100.1 WHERE user_id = '5:R'",
        "UPDATE analytics.clari_pipeline_coverage SET coverage = coverage + 0.1 WHERE user_id = '5:R'",
        "DELETE FROM analytics.clari_forecasts WHERE job_id = 'job-20'",
    )
    ran = after("test", "--select", "test_type:singular", marts=marts)
    assert not ran.good
    assert ran.those("fail") == {
        "accuracy_is_within_its_bounds",
        "coverage_is_of_what_is_left_of_the_quota",
        "no_amount_is_lost_on_the_way_to_the_marts",
    }


def test_exports_of_last_quarter_are_stale_and_those_of_yesterday_are_not(after: Break) -> None:
    yesterday = (
        "UPDATE snapshots SET exported_at = (now() AT TIME ZONE 'UTC') - INTERVAL 25 HOUR WHERE job_id = 'job-10'"
    )
    stale, fresh = after("source", "freshness"), after("source", "freshness", exports=yesterday)
    assert (stale.good, stale.statuses) == (False, {"clari": "error"})
    assert "ERROR STALE freshness of clari.snapshots" in stale.said
    assert (fresh.good, fresh.statuses) == (True, {"clari": "pass"})


def test_models_beside_the_exporters_views_are_refused_before_they_replace_one(
    dbt: Dbt, built: dict[str, Built], exported: Path, postgres: str
) -> None:
    assert built
    url = into_postgres(exported, postgres)
    ran = dbt.run("run", "--select", "clari_forecasts", **postgres_at(url), CLARI_DBT_SCHEMA="public")
    assert not ran.good
    assert "would replace a view of the exporter's; give the profile another schema than public" in ran.said


def test_a_source_of_another_kind_is_refused_with_those_there_are(dbt: Dbt, exported: Path) -> None:
    ran = dbt.run("build", variables={"clari_source": "fivetran"}, CLARI_WAREHOUSE_FILE=str(exported))
    assert not ran.good
    assert ran.statuses == {}
    assert "clari_source is 'fivetran'; it is one of exporter, raw_json" in ran.said
