from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from clari_readiness.errors import WarehouseError
from clari_readiness.trial.rows import FORECASTS, Mapped, Rows, TableNames
from clari_readiness.trial.warehouses.files import FileWarehouse

_COLUMNS = (
    "forecast_name, time_period, time_frame_id, user_id, field_id, forecast_amount, quota_amount, crm_closed,"
    " exported_at"
)
_ROW = "'f', '2027_Q4', 'TF:2026-11-18', '1:A', 'fc'"


def read_rows(path: Path, mapped: Mapped) -> Rows:
    return FileWarehouse("duckdb", path).rows(mapped)


def duck(path: Path, amount: str, at: str, *, name: str = FORECASTS, columns: str = _COLUMNS) -> Path:
    with closing(duckdb.connect(path)) as database:
        values = f"SELECT {_ROW}, {amount}, NULL, NULL, {at}"
        database.execute(f'CREATE TABLE "{name}" AS SELECT * FROM ({values}) AS t ({columns})')  # noqa: S608
    return path


def lite(path: Path, amount: str, at: str) -> Path:
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"CREATE TABLE {FORECASTS} ({_COLUMNS})")
        database.execute(f"INSERT INTO {FORECASTS} SELECT {_ROW}, {amount}, NULL, NULL, {at}")
        database.commit()
    return path


MOMENT = datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("make", "amount", "at"),
    [
        (duck, "DECIMAL '10.10'", "TIMESTAMP '2026-11-21 09:00:00'"),
        (duck, "'10.10'", "TIMESTAMPTZ '2026-11-21 10:00:00+01'"),
        (duck, "10.1::DOUBLE", "1795251600000"),
        (lite, "'10.10'", "'2026-11-21T09:00:00Z'"),
        (lite, "10.1", "1795251600"),
    ],
)
def test_amounts_and_moments_are_read_whatever_their_type(tmp_path: Path, make: object, amount: str, at: str) -> None:
    rows = read_rows(make(tmp_path / "w", amount, at), {})  # type: ignore[operator]
    assert [(row["forecast_amount"], row["quota_amount"], row["exported_at"]) for row in rows.forecasts] == [
        (Decimal("10.1"), None, MOMENT)
    ]
    assert {"currency", "owner_name", "owner_email", "job_id"} <= rows.absent


def test_no_file_is_no_rows(tmp_path: Path) -> None:
    assert read_rows(tmp_path / "none", {}).tables == {}


def test_tables_and_columns_are_read_under_the_names_that_the_exporter_gave_them(tmp_path: Path) -> None:
    columns = _COLUMNS.replace("forecast_amount", "amt")
    path = duck(tmp_path / "w", "1", "NULL", name="fct", columns=columns)
    rows = read_rows(path, {FORECASTS: TableNames("fct", {"forecast_amount": "amt"})})
    assert rows.forecasts[0]["forecast_amount"] == Decimal(1)
    assert read_rows(path, {}).forecasts == ()


def test_all_columns_that_are_missing_are_one_line_that_says_how_to_map_them(tmp_path: Path) -> None:
    others = _COLUMNS.replace("forecast_amount", "amt").replace("user_id", "rep")
    path = duck(tmp_path / "w", "1", "NULL", columns=others)
    with pytest.raises(WarehouseError) as caught:
        read_rows(path, {})
    assert "has no column user_id, forecast_amount; it has " in str(caught.value)
    assert str(caught.value).endswith(
        'trial.tables.clari_forecasts.columns = { user_id = "...", forecast_amount = "..." }'
    )


def test_a_file_that_is_no_database_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "w").write_text("not a database, " * 1000)
    with pytest.raises(WarehouseError, match="the exporter's warehouse cannot be read"):
        read_rows(tmp_path / "w", {})


def test_what_a_killed_process_left_in_a_journal_is_not_read_as_committed(tmp_path: Path) -> None:
    path = lite(tmp_path / "w", "1", "NULL")
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA cache_spill = 1")
        database.execute("BEGIN")
        database.execute(f"DELETE FROM {FORECASTS}")  # noqa: S608
        assert len(read_rows(path, {}).forecasts) == 1
    before = path.read_bytes()
    read_rows(path, {})
    assert path.read_bytes() == before
