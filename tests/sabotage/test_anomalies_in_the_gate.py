"""MON-03 alone: what a detection that ran is worth when there was nothing to compare with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from tests.sabotage.integration import REPOSITORY, Integration, copy_of

MON_03 = (str(REPOSITORY / "checks"), "-k", "MON-03")


def test_a_table_that_keeps_no_export_but_the_newest_is_not_verified_and_a_first_night_passes(
    template: Integration, tmp_path: Path
) -> None:
    integration = copy_of(template, tmp_path / "integration")
    assert {finding["result"] for finding in _findings(integration)} == {"PASS"}
    with duckdb.connect(integration.directory / ".readiness" / "simulated" / "state.duckdb") as records:
        records.execute("UPDATE detections SET history_lost = true")
    (not_verified, passed) = sorted(_findings(integration), key=lambda finding: finding["result"])
    assert (not_verified["result"], passed["result"]) == ("NOT VERIFIED", "PASS")
    assert "does not keep the exports that reconciled" in not_verified["observed"]
    assert "each told for what it is" in passed["observed"]


def _findings(integration: Integration) -> list[dict[str, Any]]:
    report = integration.judge_here(*MON_03).report
    assert report is not None
    (item,) = [item for item in report["items"] if item["id"] == "MON-03"]
    findings: list[dict[str, Any]] = item["findings"]
    return findings
