from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from clari_readiness.errors import WarehouseError
from clari_readiness.model.calendar import Quarter
from clari_readiness.warehouse import DuckDBWarehouse, delete_files, landed_files
from tests.warehouse.documents import ENDED, STAR, ask, document, dump, entry, snapshot

KEPT = Quarter(2027, 3)
TABLES = (*STAR, "entry_changes")


@pytest.fixture
def three_quarters(load: Callable[..., Any]) -> None:
    """Two exports each of three quarters. 1:A is in all of them, 2:A only in the oldest."""
    for number, period in enumerate(("2027_Q2", "2027_Q3", "2027_Q4")):
        for again in range(2):
            people = [entry("1:A", period=period, forecastValue=again)]
            people += [entry("2:A", period=period)] if number == 0 else []
            at = ENDED + timedelta(days=number * 90 + again)
            load(document(*people), snapshot(f"job-{number}{again}", period=period, at=at))


@pytest.mark.usefixtures("three_quarters")
def test_what_lies_before_the_first_kept_quarter_goes_from_every_table(warehouse: DuckDBWarehouse, path: Path) -> None:
    retired = warehouse.retain(KEPT)
    warehouse.close()
    assert retired.periods == ("2027_Q2",)
    assert dict(retired.rows) == {
        "forecast_entries": 4,
        "entry_changes": 1,
        "snapshots": 2,
        "time_frames": 1,
        "time_periods": 1,
        "users": 1,
        "fields": 0,
    }
    for table in ("forecast_entries", "entry_changes", "snapshots", "time_frames", "time_periods"):
        found = ask(path, f"SELECT DISTINCT time_period_id FROM {table} ORDER BY 1")  # noqa: S608 - a literal above
        assert found == [("2027_Q3",), ("2027_Q4",)]
    assert ask(path, "SELECT user_id FROM users") == [("1:A",)]


@pytest.mark.usefixtures("three_quarters")
def test_a_dry_run_tells_the_same_and_takes_nothing(warehouse: DuckDBWarehouse, path: Path) -> None:
    warehouse.close()
    before = dump(path, *TABLES)
    would = warehouse.retain(KEPT, dry_run=True)
    warehouse.close()
    assert dump(path, *TABLES) == before
    assert warehouse.retain(KEPT) == would


@pytest.mark.usefixtures("three_quarters")
def test_the_second_time_there_is_nothing_to_take(warehouse: DuckDBWarehouse, path: Path) -> None:
    assert not warehouse.retain(KEPT).nothing
    warehouse.close()
    before = dump(path, *TABLES)
    assert warehouse.retain(KEPT).nothing
    warehouse.close()
    assert dump(path, *TABLES) == before


def test_a_period_that_is_not_named_like_a_quarter_stays(
    load: Callable[..., Any], warehouse: DuckDBWarehouse, path: Path
) -> None:
    content = document(entry(period="1999"))
    content["timePeriods"][0]["type"] = "year"
    load(content, snapshot(period="1999"))
    assert warehouse.retain(KEPT).nothing
    warehouse.close()
    assert ask(path, "SELECT time_period_id FROM forecast_entries") == [("1999",)]


def landed(landing: Path, *names: str) -> list[Path]:
    files = [landing / name for name in names]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("{}")
    return files


def test_landed_files_of_dropped_quarters_are_found_and_deleted_with_their_directories(tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    gone = landed(landing, "net/2027_Q2/a.json", "net/2026_Q4/b.json", "new/2027_Q2/quarantine/c.json")
    kept = landed(landing, "net/2027_Q3/d.json", "net/2028_Q1/e.json", "net/notes/f.json", "g.json", "2027_Q2/h.json")
    outside = landed(tmp_path, "elsewhere/i.json")
    (landing / "new" / "2026_Q1").symlink_to(tmp_path / "elsewhere")
    found = landed_files(landing, KEPT)
    assert sorted(found) == sorted(gone)
    assert delete_files(found, landing) == 3
    assert not any(file.exists() for file in gone)
    assert all(file.exists() for file in [*kept, *outside])
    assert not (landing / "net" / "2027_Q2").exists()
    assert (landed_files(landing, KEPT), delete_files(found, landing)) == ((), 0)


def test_a_landing_directory_that_is_not_there_has_no_files(tmp_path: Path) -> None:
    assert landed_files(tmp_path / "nowhere", KEPT) == ()


def test_a_file_that_cannot_be_deleted_is_named(tmp_path: Path) -> None:
    directory = tmp_path / "landing" / "net" / "2027_Q2" / "a.json"
    directory.mkdir(parents=True)
    with pytest.raises(WarehouseError, match=r"a\.json: cannot be deleted"):
        delete_files([directory], tmp_path / "landing")
