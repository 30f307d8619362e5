"""What the warehouse says of single exports: which jobs are loaded, which were truncated, which lost rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from clari_readiness.warehouse import DuckDBWarehouse, JobState, LedgerEntry, Tables
from tests.warehouse.conftest import Ask, Load, Reader
from tests.warehouse.documents import ENDED, document, entry, snapshot

LATER = ENDED + timedelta(days=1)
NET = ["net_bookings"]


# Of the engines that the reference exporter loads into, those that name what is in its ledger otherwise.
of_its_ledger = pytest.mark.parametrize("warehouse_at", ["duckdb", "snowflake", "bigquery"], indirect=True)


def people(*numbers: int, frame: str = "TF:2026-08-05", **values: Any) -> list[dict[str, Any]]:
    return [entry(f"{number}:A", frame, **values) for number in numbers]


def test_an_export_is_compared_with_the_one_before_in_the_weeks_that_both_hold(
    load: Load, path: Path, asked: Ask
) -> None:
    load(document(*people(1, 2, 3, 4), *people(1, 2, frame="TF:2026-08-12")))
    load(document(*people(1), *people(1, frame="TF:2026-08-19")), snapshot("job-2", at=LATER))
    (row,) = asked(path, "emptied_exports", forecasts=NET)
    assert row == {
        "forecast_name": "net_bookings",
        "time_period": "2027_Q3",
        "exported_at": LATER,
        "rows": 2,
        "amounts": 2,
        "amounts_before": 6,
        "shared_rows": 1,
        "shared_rows_before": 4,
    }


def test_an_export_with_rows_and_without_amounts_is_told_beside_the_most_that_any_held(
    load: Load, path: Path, asked: Ask
) -> None:
    load(document(*people(1, 2)))
    load(document(*people(1)), snapshot("job-2", at=LATER))
    load(document(*people(1, 2, forecastValue=None)), snapshot("job-3", at=LATER + timedelta(days=1)))
    (row,) = asked(path, "emptied_exports", forecasts=NET)
    assert (row["rows"], row["amounts"], row["amounts_before"]) == (2, 0, 2)
    assert (row["shared_rows"], row["shared_rows_before"]) == (2, 1)


def test_the_only_export_of_a_period_has_nothing_before_it_and_other_forecasts_are_left_out(
    load: Load, path: Path, asked: Ask
) -> None:
    load(document(*people(1)))
    (row,) = asked(path, "emptied_exports", forecasts=NET)
    assert (row["amounts_before"], row["shared_rows"], row["shared_rows_before"]) == (None, None, None)
    assert asked(path, "emptied_exports", forecasts=["renewals"]) == []


def test_a_table_without_weeks_is_compared_whole(load: Load, path: Path, reader: Reader) -> None:
    load(document(*people(1, 2, 3)))
    load(document(*people(1)), snapshot("job-2", at=LATER))
    with duckdb.connect(path) as connection:
        connection.execute("CREATE TABLE flat AS SELECT * EXCLUDE (time_frame_id) FROM clari_forecasts")
    with reader(path, Tables("flat")) as opened:
        (row,) = opened.ask("emptied_exports", forecasts=NET).dicts()
    assert (row["shared_rows"], row["shared_rows_before"]) == (1, 3)


def test_the_newest_jobs_are_those_of_each_period(load: Load, path: Path, asked: Ask) -> None:
    load(document(*people(1)))
    load(document(*people(1)), snapshot("job-2", at=LATER))
    load(document(entry(period="2027_Q2")), snapshot("job-3", "2027_Q2"))
    load(document(entry(period="2026_Q1")), snapshot("job-4", "2026_Q1"))
    load(document(*people(1)), snapshot("sync:5", at=LATER + timedelta(days=1)))
    rows = asked(path, "newest_jobs", forecasts=NET, periods=["2027_Q3", "2027_Q2"])
    assert [(row["time_period"], row["job_id"]) for row in rows] == [("2027_Q2", "job-3"), ("2027_Q3", "job-2")]


def test_where_no_column_names_the_job_the_newest_exports_have_none(load: Load, path: Path, reader: Reader) -> None:
    load(document(*people(1)))
    with duckdb.connect(path) as connection:
        connection.execute("CREATE TABLE flat AS SELECT * EXCLUDE (job_id) FROM clari_forecasts")
    with reader(path, Tables("flat")) as opened:
        answer = opened.ask("newest_jobs", forecasts=NET, periods=["2027_Q3"])
        assert [row["job_id"] for row in answer.dicts()] == [None]
        assert answer.absent == ("job_id",)
        assert opened.ask("rows_of_jobs", jobs=["job-1"]).dicts() == []


def test_of_many_jobs_those_with_rows_are_told_with_how_many_there_are(load: Load, path: Path, asked: Ask) -> None:
    load(document(*people(1, 2)))
    load(document(entry(period="2027_Q2")), snapshot("job-2", "2027_Q2"))
    rows = asked(path, "rows_of_jobs", jobs=["job-1", "job-2", "job-9"])
    told = [(row["job_id"], row["time_period"], row["rows"], row["offenders"]) for row in rows]
    assert told == [("job-1", "2027_Q3", 2, 2), ("job-2", "2027_Q2", 1, 2)]


@pytest.fixture
def note(warehouse: DuckDBWarehouse) -> Callable[..., None]:
    """Write a line of the ledger, and let go of the file."""

    def noted(job_id: str, state: JobState, rows: bool | None, cells: bool | None) -> None:
        line = LedgerEntry(job_id, snapshot(job_id).request, ENDED, state, job_id=job_id)
        warehouse.record(type(line)(**{**vars(line), "rows_truncated": rows, "cells_truncated": cells}))
        warehouse.close()

    return noted


@of_its_ledger
def test_a_truncated_job_is_told_when_it_is_loaded_by_its_line_or_by_its_rows(
    load: Load, path: Path, note: Callable[..., None], asked: Ask
) -> None:
    load(document(*people(1)), snapshot("refused-and-loaded"))
    note("refused-and-loaded", JobState.REFUSED, rows=False, cells=True)
    note("loaded", JobState.LOADED, rows=True, cells=None)
    note("refused", JobState.REFUSED, rows=True, cells=False)
    note("whole", JobState.LOADED, rows=False, cells=False)
    rows = asked(path, "truncated_by_ledger")
    assert [(row["job_id"], row["state"], row["offenders"]) for row in rows] == [
        ("loaded", "loaded", 2),
        ("refused-and-loaded", "refused", 2),
    ]


@of_its_ledger
def test_a_job_is_whole_only_when_both_flags_were_noted(path: Path, note: Callable[..., None], asked: Ask) -> None:
    note("whole", JobState.LOADED, rows=False, cells=False)
    note("another", JobState.LOADED, rows=False, cells=False)
    note("untold", JobState.LOADED, rows=False, cells=None)
    note("refused", JobState.REFUSED, rows=False, cells=False)
    (row,) = asked(path, "whole_by_ledger", jobs=["whole", "untold", "refused", "unknown"])
    assert row == {"loaded": 2, "jobs": ["whole"]}
    (row,) = asked(path, "whole_by_ledger", jobs=[])
    assert row == {"loaded": 2, "jobs": []}
