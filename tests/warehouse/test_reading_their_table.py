"""A team's own table, under our names: what is missing in it is named, and no name is SQL."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from clari_readiness.errors import WarehouseError
from clari_readiness.warehouse import (
    Tables,
)
from tests.warehouse.conftest import Ask, Load, Reader
from tests.warehouse.documents import document, entry


@pytest.fixture
def theirs(path: Path) -> Path:
    """A team's own table, in a schema of its own, with its own names, and times with a zone."""
    with duckdb.connect(path) as connection:
        connection.execute("""
            CREATE SCHEMA analytics;
            CREATE TABLE analytics."clari ""our"" table" AS
            SELECT * FROM (VALUES
                ('net', '2027_Q3', 'a@x.com', 10.5::DOUBLE, NULL::DOUBLE, TIMESTAMPTZ '2026-09-01 08:00:00+02'),
                ('net', '2027_Q3', 'a@x.com', 10.5, NULL, TIMESTAMPTZ '2026-09-01 08:00:00+02'),
                ('net', '2027_Q2', 'a@x.com', 7, 5, TIMESTAMPTZ '2026-09-01 08:00:00+02')
            ) AS t ("Forecast", quarter, rep_mail, amount, quota_amount, loaded)
        """)
    return path


THEIRS = Tables(
    'analytics."clari ""our"" table"',
    {
        "forecast_name": "Forecast",
        "time_period": "quarter",
        "owner_email": "rep_mail",
        "forecast_amount": "amount",
        "exported_at": "loaded",
    },
    grain=("forecast_name", "time_period", "rep_mail"),
)


def test_a_table_that_names_no_jobs_says_nothing_of_those_loaded_again(theirs: Path, reader: Reader) -> None:
    with reader(theirs, THEIRS) as opened:
        answer = opened.ask("reloaded_jobs")
    assert (answer.rows, answer.absent) == ((), ("job_id",))


def test_a_teams_own_table_is_asked_under_our_names(theirs: Path, asked: Ask) -> None:
    (coverage, _) = asked(theirs, "period_coverage", THEIRS, forecasts=["net"])
    assert coverage == {
        "forecast_name": "net",
        "time_period": "2027_Q3",
        "rows": 2,
        "amounts": 2,
        "exported_at": datetime(2026, 9, 1, 6, tzinfo=UTC),
    }
    (doubled,) = asked(theirs, "duplicate_keys", THEIRS, newest_only=False)
    assert (doubled["rep_mail"], doubled["copies"], doubled["offenders"]) == ("a@x.com", 2, 1)


def test_what_was_asked_and_which_columns_are_absent_are_evidence(theirs: Path, reader: Reader) -> None:
    with reader(theirs, THEIRS) as opened:
        answer = opened.ask("amounts_present", forecasts=["net"])
    shown = answer.sql.lower().replace("`", '"')  # as the engine quotes it, and spells it
    assert '"amount" as "forecast_amount"' in shown
    assert any(name in answer.sql for name in ('"clari ""our"" table"', '`clari "our" table`'))
    assert answer.absent == ("adjustment_amount", "crm_total", "crm_closed")
    assert answer.rows == (("net", 3, 3, 1, 0, 0, 0),)


def test_a_missing_column_is_named_with_the_table_and_what_is_there(theirs: Path, reader: Reader) -> None:
    tables = Tables(THEIRS.forecasts, {**THEIRS.columns, "time_period": "quarters"})
    with (
        reader(theirs, tables) as opened,
        pytest.raises(
            WarehouseError, match=r"(?i)no column quarters \(our time_period\); it has .*did you mean quarter\?"
        ),
    ):
        opened.ask("period_coverage", forecasts=["net"])


def test_a_missing_table_is_named_with_what_is_there(load: Load, path: Path, reader: Reader) -> None:
    load(document(entry()))
    with (
        reader(path, Tables("clari_forecast")) as opened,
        pytest.raises(WarehouseError, match=r"(?i)no table clari_forecast; it has .*did you mean clari_forecasts\?"),
    ):
        opened.ask("duplicate_keys", newest_only=False)


def test_a_column_that_no_check_knows_cannot_be_mapped() -> None:
    with pytest.raises(WarehouseError, match=r"'owner_mail'.*did you mean owner_email\?"):
        Tables(columns={"owner_mail": "rep"})


@pytest.mark.parametrize("name", ['x" FROM users; DROP TABLE users; --', "'; --", "a.b.c.d"])
def test_a_name_in_the_settings_is_never_sql(load: Load, path: Path, name: str, reader: Reader) -> None:
    load(document(entry()))
    with reader(path, Tables(name)) as opened, pytest.raises(WarehouseError):
        opened.ask("duplicate_keys", newest_only=False)
    mapped = Tables(columns={"time_period": name})
    with reader(path, mapped) as opened, pytest.raises(WarehouseError, match="no column"):
        opened.ask("duplicate_keys", newest_only=False)
