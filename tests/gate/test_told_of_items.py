"""What a report tells of every item besides its result, and which files a run leaves."""

from __future__ import annotations

import json
from pathlib import Path

from clari_readiness.environments import load_default
from clari_readiness.gate.catalogue import CATALOGUE
from clari_readiness.gate.explanation import guides
from clari_readiness.gate.history import SHOWN, past_runs, remember
from clari_readiness.gate.provenance import provenance
from clari_readiness.gate.readiness import REPORTS, Readiness
from clari_readiness.gate.risks import RISKS
from clari_readiness.gate.verdict import unfinished
from clari_readiness.model.findings import Decision, GateReport, Provenance, Result
from clari_readiness.report import NAMES
from clari_readiness.shipped import shipped

SETTINGS = Path(__file__).parents[2] / "clari-readiness.toml"
THE_CHECKLISTS_OWN = {
    "AUTH-03": "expired token halts all exports",
    "RES-03": "silent data gaps in forecasts",
    "RES-04": "stuck jobs block the queue",
    "MON-03": "missed revenue signals",
}


def test_every_item_says_what_skipping_it_costs() -> None:
    assert set(RISKS) == {item.id for item in CATALOGUE}
    assert len(set(RISKS.values())) == len(RISKS), "two items that cost the same would be one blocker's one line"
    assert THE_CHECKLISTS_OWN.items() <= RISKS.items()
    assert RISKS["API-05"].startswith("inflated pipeline numbers")


def test_every_item_has_its_documentation_with_it() -> None:
    told = guides(CATALOGUE, shipped("docs") / "checklist.md")
    assert [item for item, text in told.items() if "Verified by" not in text] == []


def test_the_files_that_a_run_takes_away_first_are_those_that_it_writes() -> None:
    assert set(REPORTS) == set(NAMES)


def test_a_report_shows_the_last_runs_and_what_they_rested_on(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    for minute in range(SHOWN + 2):
        at = f"2026-11-21T09:{minute:02}:00+00:00"
        rests_on = Provenance(fingerprints={"settings": f"{minute:064}"})
        report = GateReport("prod", True, Decision("GO", 0), (), (), at, 1.0, provenance=rests_on)  # noqa: FBT003 - the field is `live`
        remember(path, report, {"MON-04": Result.FAIL}, whole=True)
    shown = past_runs(path)
    assert [run.at[14:16] for run in shown] == [f"{minute:02}" for minute in range(SHOWN + 1, 1, -1)]
    assert shown[0].fingerprints == {"settings": f"{SHOWN + 1:064}"}
    assert shown[0].items == {"MON-04": Result.FAIL}


def test_a_history_of_an_earlier_version_is_read_as_well(tmp_path: Path) -> None:
    line = {
        "at": "2026-11-20",
        "decision": "GO",
        "exit_code": 0,
        "whole": True,
        "items": {},
        "subset": "",
        "seconds": 1,
    }
    (tmp_path / "history.jsonl").write_text(f"{json.dumps(line)}\n{json.dumps({**line, 'items': {'A': 'MAYBE'}})}\n")
    assert [run.at for run in past_runs(tmp_path / "history.jsonl")] == ["2026-11-20"]


def test_a_run_that_has_not_ended_is_incomplete_with_every_item_unlooked_at() -> None:
    environments = load_default(SETTINGS)
    report = unfinished(Readiness(environments, environments.get("prod"), run="r"), reason="it was killed")
    assert report.decision == Decision("INCOMPLETE", 10, ("it was killed",))
    assert {item.result for item in report.items} == {Result.NOT_VERIFIED}
    assert len(report.items) == len(CATALOGUE)


def test_what_a_recorded_run_rests_on_is_named_with_its_digest() -> None:
    environments = load_default(SETTINGS)
    found = provenance(Readiness(environments, environments.get("recorded"), run="nobody's"), exporter_version="0.1.0")
    names = {file.name for file in found.files}
    wanted = {"clari-readiness.toml", "cassettes/limits.json", "deploy/prometheus/alerts.yaml"}
    assert names >= wanted | {"docs/runbooks/key-rotation.md", "deploy/grafana/dashboard.json"}
    assert {len(digest) for digest in found.fingerprints.values()} == {64}
    assert {recording.origin for recording in found.recordings} == {"simulator"}
