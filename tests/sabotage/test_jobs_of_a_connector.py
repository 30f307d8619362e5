"""A managed connector keeps no ledger and has no warehouse of ours: Clari's list of jobs is what is known of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.sabotage.cases import MANAGED, REHEARSED
from tests.sabotage.integration import REPOSITORY, Integration, copy_of


def test_latency_and_completion_are_those_of_clari_s_list_and_the_warehouse_is_not_asked(
    template: Integration, tmp_path: Path
) -> None:
    integration = copy_of(template, tmp_path / "integration")
    integration.reword(REHEARSED, MANAGED)
    (integration.directory / "team.duckdb").unlink()
    judged = integration.judge_here(str(REPOSITORY / "checks" / "test_mon.py"), "-k", "latency or completion_rate")
    assert judged.report is not None
    found: dict[tuple[str, str], dict[str, Any]] = {
        (item["id"], finding["source"]): finding
        for item in judged.report["items"]
        for finding in item["findings"]
        if finding["check"]
    }
    assert {finding["result"] for finding in found.values()} == {"PASS"}
    assert (
        found["MON-01", "warehouse"]["observed"]
        == "5 jobs within 7 days, each with its seconds of run, by Clari's list"
    )
    assert found["MON-04", "warehouse"]["observed"] == "this token's jobs: 100.0% of 5 jobs"
