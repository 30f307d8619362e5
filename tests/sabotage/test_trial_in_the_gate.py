"""The gate of a team whose exporter has the defects of a real one: started, tried and judged, nothing made up."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from clari_readiness.gate.catalogue import SUBSETS
from tests.sabotage.integration import REPOSITORY, Integration, copy_of
from tests.sabotage.trials import change, record_of

CHECKS = str(REPOSITORY / "checks")
REPEATS = Path(__file__).with_name("exporters") / "repeats_the_post.py"


@pytest.fixture
def integration(template: Integration, tmp_path: Path) -> Integration:
    return copy_of(template, tmp_path / "integration")


def test_a_rehearsal_starts_the_teams_exporter_and_says_what_it_does_wrong(integration: Integration) -> None:
    integration.reword(
        'api = { key = "fixture://simulated" }\nexporter = "reference"',
        'api = { key = "fixture://simulated" }\n'
        f'exporter = {{ command = ["{sys.executable}", "{REPEATS}"] }}\n'
        'trial = { warehouse = "sqlite:///w.sqlite", time_scale = 20, at_once = 2 }',
    )
    judged = integration.judge(CHECKS, "-m", "trial")
    results = {item: judged.results[item, "trial"] for item, _ in SUBSETS["trial"]}
    assert judged.exit_code == 1
    assert {
        item for item in ("API-06", "RES-02", "RES-03", "RES-04", "CLA-02", "CLA-04") if results[item] != "FAIL"
    } == set()
    assert {item for item in ("API-01", "API-02", "API-03", "CLA-08", "CLA-10") if results[item] != "PASS"} == set()
    assert "audit events: it read 1 page" in " ".join(judged.printed.split())


def test_a_live_environment_wants_the_record_of_a_full_trial(integration: Integration) -> None:
    integration.environment = "prod"
    found = integration.directory / ".readiness" / "prod" / "trial" / "trial.json"
    assert integration.judge(CHECKS, "-m", "trial").exit_code == 0
    text = found.read_text()
    found.write_text(text.replace('"full": true', '"full": false'))
    quick = integration.judge(CHECKS, "-m", "trial")
    assert (quick.exit_code, set(quick.results.values())) == (10, {"NOT VERIFIED"})
    assert "the last trial was not a full one" in quick.printed
    found.unlink()
    none = integration.judge(CHECKS, "-m", "trial")
    assert (none.exit_code, set(none.results.values())) == (10, {"NOT VERIFIED"})
    assert not found.exists(), "an exporter was started for a live environment"


def test_an_exporter_that_fails_the_healthy_run_leaves_the_rest_not_verified_with_that_cause(
    integration: Integration,
) -> None:
    def only_healthy(document: dict[str, list[dict[str, object]]]) -> None:
        del document["outcomes"][1:]
        document["outcomes"][0] |= {"verdict": "broken", "broken": [{"law": "lost", "sentence": "lost all"}]}

    change(integration, only_healthy)
    assert record_of(integration).exists()
    judged = integration.judge(CHECKS, "-m", "trial")
    failed = {item for (item, _), result in judged.results.items() if result == "FAIL"}
    assert failed == {"API-01", "API-03"}
    assert judged.results["CLA-08", "trial"] == "NOT VERIFIED"
    assert "the exporter fails the healthy run, so nothing else was tried: lost all" in " ".join(judged.printed.split())
