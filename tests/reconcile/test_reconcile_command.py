"""`clari-readiness reconcile`, against a simulator and an export of its own: what it prints, keeps, and exits with."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path

import duckdb
import pytest

from clari_readiness.simulator import DEFAULT_NOW, Expired, Fault, Simulator
from tests.commands import DEFAULTS, RECORDED, SIMULATED, Ended, run, small_simulator
from tests.warehouse.documents import ask

SETTINGS = f"{DEFAULTS}history_quarters = 1{RECORDED}{SIMULATED}"

Command = Callable[..., Ended]


@pytest.fixture
def simulator(tmp_path: Path) -> Callable[..., Simulator]:
    """Start a simulator again and again, with the jobs that it has already."""
    (tmp_path / "clari-readiness.toml").write_text(SETTINGS)
    hours = count()

    def start(*faults: Fault) -> Simulator:
        """Each time an hour later, or the jobs of the time before would not have ended yet."""
        return small_simulator(tmp_path, now=DEFAULT_NOW + timedelta(hours=next(hours)), faults=faults)

    return start


@pytest.fixture
def command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    def ended(*words: str, env: str = "simulated") -> Ended:
        return run(tmp_path, *words, env=env), *capsys.readouterr()

    return ended


@pytest.fixture
def reconcile(simulator: Callable[..., Simulator], command: Command) -> Command:
    """Export, then reconcile with whatever faults."""
    with simulator():
        assert command("export")[0] == 0

    def ended(*options: str, faults: tuple[Fault, ...] = ()) -> Ended:
        with simulator(*faults):
            return command("reconcile", *options)

    return ended


@pytest.fixture
def spoil(tmp_path: Path) -> Callable[[str], None]:
    def change(sql: str) -> None:
        with duckdb.connect(tmp_path / "warehouse.duckdb") as connection:
            connection.execute(sql)

    return change


def test_what_was_exported_is_the_same_and_is_recorded(reconcile: Command, tmp_path: Path) -> None:
    before = (tmp_path / "warehouse.duckdb").read_bytes()
    code, out, err = reconcile()
    assert (code, err) == (0, "")
    assert out.strip().endswith("same")
    assert out.count("exact") == 2
    assert (tmp_path / "warehouse.duckdb").read_bytes() == before
    state = tmp_path / ".readiness" / "simulated" / "state.duckdb"
    assert ask(state, "SELECT time_period_id, kind, verdict FROM reconciliations ORDER BY ALL") == [
        ("2027_Q3", "exact", "same"),
        ("2027_Q4", "exact", "same"),
    ]
    assert not (tmp_path / ".readiness" / "simulated" / "reconcile").exists()


def test_a_lost_row_exits_with_1_and_names_the_key(reconcile: Command, spoil: Callable[[str], None]) -> None:
    spoil("DELETE FROM forecast_entries WHERE rowid = 0")
    code, out, _ = reconcile()
    assert code == 1
    assert "missing: TF:" in out
    assert out.strip().endswith("different")


def test_json_is_what_the_file_holds_and_amounts_are_text(reconcile: Command, tmp_path: Path) -> None:
    code, out, _ = reconcile("--json", "--period=2027_Q4")
    document = json.loads(out)
    assert code == 0
    assert [each["time_period"] for each in document["reconciled"]] == ["2027_Q4"]
    assert isinstance(document["reconciled"][0]["amounts"][0]["expected"], str)
    kept = tmp_path / ".readiness" / "simulated" / "reconciliation.json"
    assert json.loads(kept.read_text()) == document
    assert kept.stat().st_mode & 0o777 == 0o600


def test_expired_results_are_compared_with_now_and_it_says_so(reconcile: Command) -> None:
    code, out, _ = reconcile("--period=2027_Q3", faults=(Expired(),))
    assert "compared with Clari as it is now: the results of job" in out
    assert code == 0


def test_a_day_before_all_exports_cannot_be_looked_at(reconcile: Command) -> None:
    code, out, _ = reconcile("--as-of=2020-01-01", "--period=2027_Q4")
    assert code == 10
    assert "no export" in out
    assert out.strip().endswith("could not look")


def test_without_clari_it_exits_with_10_and_one_line(reconcile: Command, command: Command) -> None:
    assert callable(reconcile)
    code, out, err = command("reconcile")
    assert (code, out) == (10, "")
    assert err == "clari-readiness: the simulator is not running; start it with `clari-readiness simulate`\n"


def test_without_a_warehouse_it_exits_with_10(reconcile: Command, tmp_path: Path) -> None:
    (tmp_path / "warehouse.duckdb").unlink()
    code, _, err = reconcile()
    assert code == 10
    assert "there is no such warehouse file" in err
    assert not (tmp_path / "warehouse.duckdb").exists()


@pytest.mark.parametrize(
    ("options", "env", "says"),
    [
        (("--period=2027-Q4",), "simulated", "written like 2027_Q4"),
        (("--as-of=yesterday",), "simulated", "yesterday"),
        ((), "recorded", "no warehouse that lasts"),
        ((), "simulate", "simulated"),
    ],
)
@pytest.mark.usefixtures("simulator")
def test_a_mistake_is_4(command: Command, options: tuple[str, ...], env: str, says: str) -> None:
    code, out, err = command("reconcile", *options, env=env)
    assert (code, out) == (4, "")
    assert says in err


def test_a_record_that_cannot_be_kept_is_no_success(reconcile: Command, tmp_path: Path) -> None:
    (tmp_path / ".readiness" / "simulated" / "state.duckdb").write_text("no database")
    code, out, err = reconcile()
    assert code == 10
    assert out.strip().endswith("same")
    assert "was not recorded" in err


def test_what_swings_is_told_for_review_and_recorded_and_changes_no_exit_code(
    reconcile: Command, spoil: Callable[[str], None], tmp_path: Path
) -> None:
    spoil(
        "INSERT INTO forecast_entries SELECT * REPLACE (exported_at - INTERVAL 1 DAY AS exported_at,"
        " 'of yesterday' AS job_id, forecast_amount / 2 AS forecast_amount) FROM forecast_entries"
    )
    assert "to review" not in reconcile("--period=2027_Q4")[1], "nobody has reconciled yesterday's export"
    state = tmp_path / ".readiness" / "simulated" / "state.duckdb"
    with duckdb.connect(state) as records:
        records.execute(
            "INSERT INTO reconciliations SELECT * REPLACE (exported_at - INTERVAL 1 DAY AS exported_at,"
            " 'of yesterday' AS job_id) FROM reconciliations"
        )
    code, out, _ = reconcile("--period=2027_Q4")
    assert code == 0
    assert "to review: net_bookings 2027_Q4 total" in out
    assert "+100.00 %" in out
    assert out.strip().endswith("same")
    ((threshold, compared, found, named),) = ask(
        state,
        "SELECT threshold, baseline_at IS NOT NULL, found, json_array_length(anomalies) FROM detections"
        " ORDER BY detected_at DESC LIMIT 1",
    )
    assert (str(threshold.normalize()), compared) == ("0.2", True)
    assert found >= named > 0
    document = json.loads(reconcile("--json", "--period=2027_Q4")[1])["detection"]
    assert document["found"] == found
    assert document["anomalies"][0]["change"] == "1.0000"
    assert len(document["anomalies"][0]["history"]) == 2


def test_of_a_table_that_a_connector_overwrites_each_night_is_kept_and_of_our_own_none(
    reconcile: Command, spoil: Callable[[str], None], tmp_path: Path
) -> None:
    kept = tmp_path / ".readiness" / "simulated" / "state-exports.duckdb"
    assert reconcile()[0] == 0
    assert not kept.exists(), "the reference exporter keeps each export"
    spoil("CREATE TABLE theirs AS SELECT * EXCLUDE (job_id) FROM clari_forecasts")
    theirs = 'warehouse = { url = "duckdb:///warehouse.duckdb", forecasts = "theirs" }'
    settings = f"{DEFAULTS}history_quarters = 1{RECORDED}{SIMULATED.partition('warehouse')[0]}{theirs}\n"
    (tmp_path / "clari-readiness.toml").write_text(f'{settings}exporter = {{ managed = "fivetran" }}\n')
    spoil("INSERT INTO theirs SELECT * REPLACE (exported_at - INTERVAL 1 DAY AS exported_at) FROM theirs")
    assert reconcile()[0] == 0
    assert not kept.exists(), "the table has a past of its own"
    spoil("DELETE FROM theirs WHERE exported_at < (SELECT max(exported_at) FROM theirs) - INTERVAL 12 HOUR")
    code, _, err = reconcile()
    assert (code, err) == (0, "")
    exports = "SELECT DISTINCT forecast_name, time_period, exported_at FROM {} ORDER BY ALL"
    there = ask(tmp_path / "warehouse.duckdb", exports.format("theirs"))
    assert ask(kept, exports.format("clari_forecasts")) == there
