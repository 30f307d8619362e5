"""MON-05 as the night runs it: `-m reconciliation`, with what it says of the two kinds and leaves for the next run."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from clari_readiness.simulator import Expired
from tests.sabotage.integration import NOW, REPOSITORY, Integration, Judgement, copy_of
from tests.warehouse.documents import ask

NIGHT = (str(REPOSITORY / "checks"), "-m", "reconciliation")


def findings(judged: Judgement) -> dict[str, dict[str, Any]]:
    assert judged.report is not None
    (item,) = [item for item in judged.report["items"] if item["id"] == "MON-05"]
    return {finding["source"]: finding for finding in item["findings"]}


def test_the_subset_passes_and_leaves_a_record_for_the_next_run(template: Integration, tmp_path: Path) -> None:
    integration = copy_of(template, tmp_path / "integration")
    before = (integration.directory / "team.duckdb").read_bytes()
    judged = integration.judge_here(*NIGHT)
    assert judged.exit_code == 0
    assert "SUBSET PASSED" in judged.printed
    assert "5 exact comparisons and 0 as of now" in findings(judged)["clari"]["observed"]
    assert (integration.directory / "team.duckdb").read_bytes() == before
    state = integration.directory / ".readiness" / "simulated" / "state.duckdb"
    assert ask(state, "SELECT count(*), count(DISTINCT reconciled_at) FROM reconciliations") == [(10, 2)]
    assert ask(state, "SELECT count(*), count(DISTINCT detected_at) FROM detections") == [(10, 2)]


def test_the_first_night_is_not_verified_the_second_passes_and_one_after_a_pause_fails(
    template: Integration, tmp_path: Path
) -> None:
    integration = copy_of(template, tmp_path / "integration")
    (integration.directory / ".readiness" / "simulated" / "state.duckdb").unlink()
    first = integration.judge_here(*NIGHT)
    integration.now = NOW + timedelta(hours=24)
    second = integration.judge_here(*NIGHT)
    integration.now = NOW + timedelta(hours=72)
    after_a_pause = integration.judge_here(*NIGHT)
    assert (first.exit_code, findings(first)["warehouse"]["result"]) == (10, "NOT VERIFIED")
    assert findings(first)["clari"]["result"] == "PASS"
    assert second.exit_code == 0, second.printed
    assert findings(after_a_pause)["warehouse"]["result"] == "FAIL"


def test_expired_results_are_compared_with_now_and_the_check_says_so(template: Integration, tmp_path: Path) -> None:
    integration = copy_of(template, tmp_path / "integration")
    integration.faults = (Expired(),)
    judged = integration.judge_here(*NIGHT)
    assert judged.exit_code == 0, judged.printed
    assert "0 exact comparisons and 5 as of now" in findings(judged)["clari"]["observed"]


def test_several_workers_reconcile_once(template: Integration, tmp_path: Path) -> None:
    integration = copy_of(template, tmp_path / "integration")
    assert integration.judge(*NIGHT, "-n", "2").exit_code == 0
    state = integration.directory / ".readiness" / "simulated" / "state.duckdb"
    assert ask(state, "SELECT count(*) FROM reconciliations") == [(10,)]


def test_the_records_are_where_the_settings_say(template: Integration, tmp_path: Path) -> None:
    integration = copy_of(template, tmp_path / "integration")
    own = integration.directory / ".readiness" / "simulated" / "state.duckdb"
    own.rename(integration.directory / "kept.duckdb")
    integration.reword("fingerprint_salt =", 'state = "kept.duckdb"\nfingerprint_salt =')
    assert integration.judge_here(*NIGHT).exit_code == 0
    assert not own.exists()
