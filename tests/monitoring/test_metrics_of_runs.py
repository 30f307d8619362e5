"""What the nightly commands leave for Prometheus, from real runs against a simulator."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from clari_readiness.cli.nightly import nightly
from clari_readiness.environments import load
from clari_readiness.model.anomalies import Anomaly, AnomalyKind, Detection, Inspected
from clari_readiness.model.time import SystemClock
from clari_readiness.monitoring import METRICS
from clari_readiness.monitoring.textfile import put
from clari_readiness.simulator import DEFAULT_NOW, EmptyResults, LimitReached, Match, Status
from clari_readiness.warehouse import StateStore
from tests.monitoring.conftest import Place, read

WHERE = {"forecast": "net_bookings", "period": "2027_Q4"}
AN_HOUR = timedelta(hours=1)
SERVER_FAULT = Status(Match("GET", "/v4/admin/limits", frozenset({1})), 503)


def test_a_night_writes_every_metric_and_nothing_else(place: Place) -> None:
    with place.simulator():
        assert [place.run(verb) for verb in ("export", "reconcile", "retention")] == [0, 0, 0]
    assert {name for name, _ in place.values()} == set(METRICS)
    for name, labels in place.values():
        assert {label for label, _ in labels} == {"env", *METRICS[name].labels}
    assert place.file.stat().st_mode & 0o777 == 0o644
    assert sorted(path.name for path in place.state.glob("*metrics*")) == ["metrics.prom"]


def test_what_an_export_writes_is_what_the_ledger_and_clari_say(place: Place) -> None:
    with place.simulator() as simulator:
        assert place.run("export") == 0
        left = simulator.clock.now().timestamp() - place.value("clari_run_timestamp_seconds", command="export")
    assert 0 <= left < 3600
    assert place.value("clari_quota_left") == 999
    assert place.value("clari_quota_limit") == 1000
    assert place.value("clari_quota_reserve") == 100
    assert place.value("clari_export_jobs_total", forecast="net_bookings", outcome="loaded") == 1
    assert place.value("clari_export_jobs_total", forecast="net_bookings", outcome="failed") == 0
    assert place.value("clari_export_completion_ratio", forecast="net_bookings") == 1
    with duckdb.connect(place.directory / "warehouse.duckdb") as connection:
        job = connection.execute("SELECT wait_seconds, entries, epoch(finished_at) FROM export_jobs").fetchone()
    assert job == (
        place.value("clari_export_phase_seconds", **WHERE, phase="run"),
        place.value("clari_export_entries", **WHERE),
        pytest.approx(place.value("clari_snapshot_timestamp_seconds", **WHERE)),
    )
    due = datetime(2026, 12, 30, tzinfo=UTC).timestamp()
    assert place.value("clari_key_rotation_due_timestamp_seconds") == due


def test_counters_only_grow_though_each_run_is_a_process_of_its_own(place: Place) -> None:
    with place.simulator(SERVER_FAULT):
        assert place.run("export") == 0
    with place.simulator():
        assert place.run("export", "--anew") == 0
    assert place.value("clari_runs_total", command="export", outcome="succeeded") == 2
    assert place.value("clari_export_jobs_total", forecast="net_bookings", outcome="loaded") == 2
    assert place.value("clari_requests_retried_total", command="export") == 1


def test_a_run_that_cannot_reach_clari_writes_that_it_failed_and_keeps_what_was_known(place: Place) -> None:
    with place.simulator():
        place.run("export")
    before = place.values()
    assert place.run("export") == 1
    changed = {name for name, labels in place.values() if place.values()[name, labels] != before[name, labels]}
    assert place.value("clari_run_success", command="export") == 0
    assert place.value("clari_runs_total", command="export", outcome="failed") == 1
    assert set(place.values()) == set(before)
    assert changed <= {name for name in METRICS if name.startswith("clari_run")}


def test_the_very_first_run_can_fail(place: Place) -> None:
    assert place.run("export") == 1
    assert place.value("clari_run_success", command="export") == 0
    assert place.value("clari_metrics_source_read", source="warehouse") == 0
    assert not any(name.startswith("clari_export") for name, _ in place.values())


def test_an_export_that_loads_nothing_counts_as_refused(place: Place) -> None:
    with place.simulator(EmptyResults()):
        assert place.run("export") == 1
    assert place.value("clari_export_jobs_total", forecast="net_bookings", outcome="refused") == 1
    assert place.value("clari_export_completion_ratio", forecast="net_bookings") == 0
    assert place.value("clari_run_success", command="export") == 0


def test_out_of_quota_is_seen_though_nothing_was_queued(place: Place) -> None:
    with place.simulator(LimitReached("monthly")):
        assert place.run("export") == 1
    assert place.value("clari_quota_left") == 0
    assert place.value("clari_quota_limit") == 1000


def test_a_breaker_that_a_run_leaves_open_is_seen(place: Place) -> None:
    with place.simulator(Status(Match(path="/v4/.*"), 503)):
        assert place.run("export") == 1
    assert place.value("clari_breaker_open", command="export") == 1
    with place.simulator():
        assert place.run("export") == 0
    assert place.value("clari_breaker_open", command="export") == 0


def test_a_lost_row_is_a_difference_and_the_run_has_failed(place: Place) -> None:
    with place.simulator():
        place.run("export")
    with duckdb.connect(place.directory / "warehouse.duckdb") as connection:
        connection.execute("DELETE FROM forecast_entries WHERE rowid = 0")
    with place.simulator():
        assert place.run("reconcile") == 1
    assert place.value("clari_reconciliation_differences", **WHERE, kind="missing") == 1
    assert place.value("clari_reconciliation_differences", **WHERE, kind="amount") == 0
    assert place.value("clari_run_success", command="reconcile") == 0
    assert place.value("clari_run_success", command="export") == 1


def test_swings_are_what_the_newest_detection_found_and_what_stands_still_is_none(place: Place) -> None:
    with place.simulator():
        place.run("export")
    state = StateStore(place.state / "state.duckdb", SystemClock())
    moved, still = _anomaly(AnomalyKind.SWING), _anomaly(AnomalyKind.UNCHANGED_TOO_LONG)
    state.record_detection(_detected(moved, moved, still), DEFAULT_NOW - 2 * AN_HOUR)
    place.run("retention")
    assert place.value("clari_swings", **WHERE) == 2
    state.record_detection(_detected(still), DEFAULT_NOW - AN_HOUR)
    place.run("retention")
    assert place.value("clari_swings", **WHERE) == 0


def test_records_that_cannot_be_written_are_told_and_the_run_is_in_the_metrics_all_the_same(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    (place.state / "state.duckdb").write_text("no database")
    with place.simulator():
        assert place.run("export") == 0
    assert "the metrics of this run are not complete: " in capsys.readouterr().err
    assert place.value("clari_run_success", command="export") == 1
    assert place.value("clari_metrics_source_read", source="state") == 0
    assert place.value("clari_quota_left") == 999
    assert not any(name == "clari_runs_total" for name, _ in place.values())


def test_the_settings_name_the_file(place: Place, tmp_path: Path) -> None:
    (tmp_path / "textfile").mkdir()
    place.set('metrics = "textfile/clari.prom"\n')
    assert place.run("export") == 1
    assert not place.file.exists()
    assert [path.name for path in (tmp_path / "textfile").iterdir()] == ["clari.prom"]
    assert read(tmp_path / "textfile" / "clari.prom")


def test_a_file_that_cannot_be_written_is_one_line_and_not_another_exit_code(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    place.set('metrics = "nowhere/clari.prom"\n')
    with place.simulator():
        assert place.run("export") == 0
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "metrics" in line]
    assert "nowhere/clari.prom: the metrics cannot be written: No such file or directory" in line


def test_a_reader_sees_the_old_file_or_the_new_one_and_never_half(tmp_path: Path) -> None:
    file, texts = tmp_path / "metrics.prom", [letter * 3_000_000 for letter in (b"a", b"b")]
    put(file, texts[0])
    seen: set[bytes] = set()
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            seen.add(file.read_bytes())

    reader = threading.Thread(target=look)
    reader.start()
    for number in range(40):
        put(file, texts[number % 2])
    stop.set()
    reader.join()
    assert seen <= set(texts)
    assert os.listdir(tmp_path) == ["metrics.prom"]  # noqa: PTH208 - hidden ones, too


def test_a_comparison_with_a_past_day_neither_alarms_nor_reassures_anybody(place: Place) -> None:
    with place.simulator():
        assert place.run("export") == 0
        before = place.file.read_bytes()
        assert place.run("reconcile", "--as-of=2020-01-01") == 10
    assert place.file.read_bytes() == before


@pytest.mark.parametrize("end", [KeyboardInterrupt(), RuntimeError("a crash"), SystemExit(1)])
def test_a_run_that_crashes_or_is_interrupted_has_failed(place: Place, end: BaseException) -> None:
    environment = load(place.directory / "clari-readiness.toml", environ={}).get("simulated")
    with pytest.raises(type(end)), nightly(environment, "export"):
        raise end
    assert place.value("clari_run_success", command="export") == 0
    assert place.value("clari_runs_total", command="export", outcome="failed") == 1


def _detected(*anomalies: Anomaly) -> Detection:
    looked_at = Inspected(*WHERE.values(), DEFAULT_NOW, WHERE["period"], DEFAULT_NOW - AN_HOUR, len(anomalies))
    return Detection(Decimal("0.2"), (looked_at,), anomalies)


def _anomaly(kind: AnomalyKind) -> Anomaly:
    amounts = (Decimal("100.00"), Decimal("150.00"))
    whose = ("fc_commit", "USD", "forecast")
    before = (WHERE["period"], DEFAULT_NOW - AN_HOUR)
    return Anomaly(kind, "total", "", *WHERE.values(), *whose, *amounts, *before, DEFAULT_NOW)
