"""What a run leaves behind in state.duckdb, and what the next one reads of it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from clari_readiness.errors import WarehouseError
from clari_readiness.model.alarms import Drill
from clari_readiness.model.anomalies import Anomaly, AnomalyKind, Detection, Inspected, PastDetection
from clari_readiness.model.reconciliation import Amounts, PeriodSeen, Reconciled, Reconciliation, Unreconciled, Verdict
from clari_readiness.model.time import SteppedClock
from clari_readiness.warehouse import AlertStore, RunStore, StateStore
from tests.warehouse.documents import ask

AT = datetime(2026, 9, 1, 8, tzinfo=UTC)
AMOUNTS = (Amounts("forecast", Decimal("9999999999999.99"), Decimal("0.01"), 1),)
SAME = Reconciled("net_bookings", "2027_Q3", "exact", AT, "job-1", 2, 2, 0, 0, ())
DIFFERENT = Reconciled("net_bookings", "2027_Q3", "exact", AT, "job-1", 2, 1, 1, 0, AMOUNTS)
NOT_LOOKED = Unreconciled("net_bookings", "2027_Q3", "now", "HTTP 503")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "of-ours" / "state.duckdb"


@pytest.fixture
def store(path: Path) -> StateStore:
    return StateStore(path, SteppedClock(AT), patience=0.5)


def test_without_a_file_there_is_nothing_and_none_is_made(store: StateStore, path: Path) -> None:
    assert store.reconciliations(AT) == ()
    assert not path.parent.exists()


def test_a_row_keeps_counts_and_sums_to_the_cent(store: StateStore, path: Path) -> None:
    store.record(Reconciliation((DIFFERENT,)), AT)
    columns = "expected_rows, found_rows, missing, too_many, differing, verdict, sums"
    ((*kept, sums),) = ask(path, f"SELECT {columns} FROM reconciliations")  # noqa: S608 - ours
    assert kept == [2, 1, 1, 0, 1, "different"]
    assert json.loads(sums) == {"forecast": {"expected": "9999999999999.99", "found": "0.01"}}


def test_the_newest_that_looked_counts(store: StateStore) -> None:
    store.record(Reconciliation((SAME,)), AT)
    store.record(Reconciliation((DIFFERENT,)), AT + timedelta(hours=1))
    store.record(Reconciliation((), (NOT_LOOKED,)), AT + timedelta(hours=2))
    (newest,) = store.reconciliations(AT + timedelta(days=1))
    assert (newest.at, newest.verdict) == (AT + timedelta(hours=1), Verdict.DIFFERENT)


def test_what_is_from_the_future_does_not_count(store: StateStore) -> None:
    store.record(Reconciliation((SAME,)), AT + timedelta(hours=1))
    assert store.reconciliations(AT) == ()


def test_a_period_had_rows_when_any_run_until_then_found_some(store: StateStore) -> None:
    emptied = replace(DIFFERENT, found_rows=0)
    other = replace(SAME, time_period="2027_Q2", found_rows=0)
    assert store.periods_with_rows(AT) == ()
    store.record(Reconciliation((SAME, other)), AT)
    store.record(Reconciliation((DIFFERENT,)), AT + timedelta(hours=1))
    store.record(Reconciliation((emptied,), (NOT_LOOKED,)), AT + timedelta(hours=2))
    seen = PeriodSeen("net_bookings", "2027_Q3", 2, AT + timedelta(hours=1))
    assert store.periods_with_rows(AT + timedelta(days=1)) == (seen,)
    assert store.periods_with_rows(AT - timedelta(hours=1)) == ()


def test_of_two_kinds_of_one_run_the_one_that_differs_counts(store: StateStore) -> None:
    now = Reconciled("net_bookings", "2027_Q3", "now", AT, None, 2, 1, 1, 0, ())
    store.record(Reconciliation((SAME, now)), AT)
    (newest,) = store.reconciliations(AT)
    assert (newest.kind, newest.verdict) == ("now", Verdict.DIFFERENT)


def test_a_file_that_is_somebody_elses_is_named(store: StateStore, path: Path) -> None:
    path.parent.mkdir()
    path.write_text("no database")
    said = r"state\.duckdb: this file is no DuckDB database; name another file with `state = \.\.\.`"
    with pytest.raises(WarehouseError, match=said):
        store.reconciliations(AT)
    with pytest.raises(WarehouseError, match=said):
        store.record(Reconciliation((SAME,)), AT)


def test_a_file_without_our_tables_is_told_in_one_line(store: StateStore, path: Path) -> None:
    path.parent.mkdir()
    duckdb.connect(path).close()
    with pytest.raises(WarehouseError, match="the suite's records cannot be used") as told:
        store.reconciliations(AT)
    assert "\n" not in str(told.value)


ANOMALY = Anomaly(
    AnomalyKind.SWING,
    "rep",
    "1:A",
    "net_bookings",
    "2027_Q3",
    "fc_commit",
    "",
    "forecast",
    Decimal("0.05"),
    Decimal("9999999999999.99"),
    "2027_Q3",
    AT - timedelta(days=1),
    AT,
)
INSPECTED = Inspected("net_bookings", "2027_Q3", AT, "2027_Q3", AT - timedelta(days=1), found=1)


def test_the_newest_detection_counts_and_its_anomalies_are_kept_to_the_cent(store: StateStore, path: Path) -> None:
    store.record_detection(Detection(Decimal("0.5"), (INSPECTED,)), AT)
    store.record_detection(Detection(Decimal("0.2"), (INSPECTED,), (ANOMALY,)), AT + timedelta(hours=1))
    store.record_detection(Detection(Decimal("0.3"), (INSPECTED,)), AT + timedelta(hours=3))
    (newest,) = store.detections(AT + timedelta(hours=2))
    assert newest == PastDetection(AT + timedelta(hours=1), "net_bookings", "2027_Q3", Decimal("0.2"), compared=True)
    ((kept,),) = ask(path, "SELECT anomalies FROM detections WHERE threshold = 0.2")
    assert [(each["kind"], each["previous"], each["current"]) for each in json.loads(kept)] == [
        ("swing", "0.05", "9999999999999.99")
    ]


def test_records_from_before_there_was_a_detection_have_none(store: StateStore, path: Path) -> None:
    store.record(Reconciliation((SAME,)), AT)
    with duckdb.connect(path) as records:
        records.execute("DROP TABLE detections")
    assert store.detections(AT) == ()
    store.record_detection(Detection(Decimal("0.2"), (INSPECTED,)), AT)
    assert len(store.detections(AT)) == 1


def test_where_a_fire_drill_came_first_nothing_was_reconciled_yet(store: StateStore, path: Path) -> None:
    AlertStore(path, SteppedClock(AT)).record_drills([Drill(AT, "alerts.to[0] (json)", "mark", "")])
    with duckdb.connect(path) as records:
        for table in ("reconciliations", "detections", "runs"):
            records.execute(f"DROP TABLE {table}")
    assert (store.reconciliations(AT), store.detections(AT), RunStore(path, SteppedClock(AT)).commands()) == (
        (),
        (),
        (),
    )


def test_a_change_that_fails_halfway_leaves_the_records_as_they_were(store: StateStore, path: Path) -> None:
    store.record(Reconciliation((SAME,)), AT)
    impossible = replace(SAME, kind="neither")
    with pytest.raises(WarehouseError, match=r"state\.duckdb: the suite's records cannot be used: Constraint Error"):
        store.record(Reconciliation((DIFFERENT, impossible)), AT)
    assert ask(path, "SELECT verdict FROM reconciliations") == [("same",)]


def test_an_export_that_was_the_same_once_and_is_not_any_more_has_not_reconciled(store: StateStore) -> None:
    store.record(Reconciliation((SAME,)), AT)
    assert [(each.time_period, each.exported_at, each.job_id) for each in store.reconciled_exports(AT)] == [
        ("2027_Q3", AT, "job-1")
    ]
    store.record(Reconciliation((), (NOT_LOOKED,)), AT + timedelta(hours=1))
    assert len(store.reconciled_exports(AT + timedelta(hours=1))) == 1
    store.record(Reconciliation((DIFFERENT,)), AT + timedelta(hours=2))
    assert store.reconciled_exports(AT + timedelta(hours=2)) == ()
