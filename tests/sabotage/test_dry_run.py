"""`--dry-run`: what it lists is what the gate then asks; it sends nothing, and it decides nothing."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.sabotage.cases import MANAGED, REHEARSED
from tests.sabotage.integration import REPOSITORY, Integration, Judgement, copy_of

CHECKS = str(REPOSITORY / "checks")
LISTED = re.compile(r"(?m)^  ((?:GET|POST|PATCH) \S+)\n {6}.*: ((?:[A-Z]+-\d+(?:, )?)+)$")
WORDS = ("GO ", "PASSED", "INCOMPLETE", "Traceback")


@pytest.fixture
def integration(template: Integration, tmp_path: Path) -> Integration:
    return copy_of(template, tmp_path / "integration")


def listed(judged: Judgement) -> dict[str, set[str]]:
    """Each request that a dry run lists, and the items that it is for."""
    found = [(request, set(items.split(", "))) for request, items in LISTED.findall(judged.printed)]
    assert len({request for request, _ in found}) == len(found), "a request is listed twice"
    return dict(found)


def shown(judged: Judgement) -> dict[str, set[str]]:
    """Each request that a run has made, by its report, and the items whose checks used its answer."""
    assert judged.report is not None, judged.printed
    found = defaultdict(set)
    for item in judged.report["items"]:
        for finding in item["findings"]:
            for each in finding["evidence"]:
                if each["kind"] == "request":
                    method, _, url = each["label"].partition(" ")
                    address = urlsplit(url)
                    query = f"?{address.query}" if address.query else ""
                    found[f"{method} {address.path.removeprefix('/v4')}{query}"].add(item["id"])
    return dict(found)


def journal(integration: Integration) -> list[dict[str, str]]:
    path = integration.directory / ".readiness" / "simulated" / "journal.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize(
    "narrowed", [(), ("-m", "reconciliation"), ("-m", "connection")], ids=lambda words: " ".join(words) or "all"
)
def test_what_a_dry_run_lists_is_what_the_gate_asks_and_for_the_same_items(
    integration: Integration, narrowed: Sequence[str]
) -> None:
    before = len(journal(integration))
    dry = integration.judge(CHECKS, "--dry-run", *narrowed)
    assert len(journal(integration)) == before, "a dry run has sent something"
    run = integration.judge(CHECKS, *narrowed)
    asked = {_line(each) for each in journal(integration)[before:]}
    assert set(listed(dry)) == asked
    assert listed(dry) == shown(run)


def test_a_dry_run_decides_nothing_and_leaves_the_report_of_the_run_before(integration: Integration) -> None:
    directory = integration.directory / ".readiness" / "simulated"
    integration.judge_here(CHECKS, "-m", "connection")
    left = {path: path.read_bytes() for path in directory.glob("*") if path.name in ("report.json", "history.jsonl")}
    assert len(left) == 2
    dry = integration.judge(CHECKS, "--dry-run", "-n", "2")
    assert dry.exit_code == 5
    assert [word for word in WORDS if word in dry.printed] == []
    assert "nothing was sent, and nothing is decided" in dry.printed
    assert {path: path.read_bytes() for path in left} == left


def test_a_dry_run_says_what_exports_would_cost(integration: Integration) -> None:
    integration.organise(synchronous_forecast=False)
    dry = integration.judge_here(CHECKS, "--dry-run", "-m", "connection")
    line = "POST /export/forecast/net_bookings, 2027_Q4, its latest week"
    assert f"{line}: 1 job\n" in dry.printed
    assert "at most 1 of these (export_budget = 1)" in dry.printed
    assert "2027_Q3" not in dry.printed
    integration.judge_here(CHECKS, "-m", "connection")
    again = integration.judge_here(CHECKS, "--dry-run", "-m", "connection")
    assert f"{line}: 0 jobs, one of the last day is used again\n" in again.printed


def test_a_managed_connector_is_asked_for_its_jobs(integration: Integration) -> None:
    integration.reword(REHEARSED, MANAGED)
    dry = integration.judge_here(CHECKS, "--dry-run")
    assert {"MON-01", "MON-04", "CLA-02"} <= listed(dry)["GET /export/jobs"]


def test_a_dry_run_needs_no_key_and_no_warehouse(integration: Integration) -> None:
    integration.environment, integration.simulator_runs = "prod", False
    del integration.variables["CLARI_API_KEY_PROD"]
    dry = integration.judge_here(CHECKS, "--dry-run")
    assert dry.exit_code == 5
    assert "to https://api.clari.com/v4" in dry.printed
    assert "GET /export/jobs/{jobId}/results" in dry.printed
    assert [word for word in WORDS if word in dry.printed] == []


def test_a_mistake_in_the_settings_is_told_before_anything_is_listed(integration: Integration) -> None:
    integration.reword("[default]", "[default]\nexport_budgte = 1")
    dry = integration.judge_here(CHECKS, "--dry-run")
    assert dry.exit_code == 4
    assert "the nearest is export_budget" in dry.printed
    assert "DRY RUN" not in dry.printed


def _line(line: dict[str, str]) -> str:
    query = f"?{line['query']}" if line["query"] else ""
    return f"{line['method']} {line['path'].removeprefix('/v4')}{query}"
