"""`pytest checks`, as engineers and CI run it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import Story
from tests.end_to_end.place import Place, Ran


@pytest.fixture(scope="module")
def four_workers(story: Story, tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, Ran, list[dict[str, Any]]]:
    """The story's gate once more, with -n 4: the place, what it said, and what it asked."""
    place = story.place.copy(tmp_path_factory.mktemp("workers") / "place")
    before = len(place.journal())
    with place.simulator():
        judged = place.gate("--env=simulated", "-n", "4")
    return place, judged, place.journal()[before:]


def test_with_four_workers_the_decision_is_the_same(
    story: Story, four_workers: tuple[Place, Ran, list[dict[str, Any]]]
) -> None:
    place, judged, _ = four_workers
    assert "4 workers" in judged.out
    assert judged.code == story.judged.code == 0
    assert place.report()["decision"] == story.place.report()["decision"]


def test_with_four_workers_every_item_has_the_same_result(
    story: Story, four_workers: tuple[Place, Ran, list[dict[str, Any]]]
) -> None:
    assert _results(four_workers[0].report()) == _results(story.place.report())


def test_with_four_workers_clari_gets_the_same_requests_and_no_more(
    story: Story, four_workers: tuple[Place, Ran, list[dict[str, Any]]]
) -> None:
    asked = four_workers[2]
    alone = story.place.journal()[-story.asked_by_gate :]
    assert Counter(_request(line) for line in asked) == Counter(_request(line) for line in alone)
    assert len(asked) == story.asked_by_gate > 0


def test_the_gate_asks_for_nothing_twice(story: Story) -> None:
    asked = Counter(_request(line) for line in story.place.journal()[-story.asked_by_gate :])
    assert [request for request, times in asked.items() if times > 1] == []


def test_the_gate_only_reads(story: Story) -> None:
    assert {line["method"] for line in story.place.journal()[-story.asked_by_gate :]} == {"GET"}


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, Ran]:
    """What somebody sees who runs it for production before having filled in anything."""
    place = Place.fresh(tmp_path_factory.mktemp("production") / "place")
    return place, place.gate("--env=prod")


def test_production_that_nobody_filled_in_is_a_no_go_with_exit_code_1(production: tuple[Place, Ran]) -> None:
    place, judged = production
    assert (judged.code, judged.err) == (1, "")
    assert "NO-GO   exit code 1   prod, live" in judged.out
    assert place.report("prod")["decision"]["words"] == "NO-GO"


def test_without_a_key_conn_02_fails_and_says_how_to_set_it(production: tuple[Place, Ran]) -> None:
    (failed,) = _findings(production[0], "CONN-02")
    assert failed["result"] == "FAIL"
    assert failed["observed"] == "environment variable CLARI_API_KEY_PROD is not set"
    assert failed["fix"] == "set it: export CLARI_API_KEY_PROD=..."
    assert "CONN-02 P1  environment variable CLARI_API_KEY_PROD is not set\n" in production[1].out
    assert "->  set it: export CLARI_API_KEY_PROD=...\n" in production[1].out


def test_without_a_key_all_that_needs_clari_is_not_verified_with_one_cause(production: tuple[Place, Ran]) -> None:
    needs_clari = [each for each in _findings(production[0]) if each["source"] == "clari" and each["check"]]
    needed = {"CONN-01", "CONN-03", "AUTH-02", "AUTH-05", "API-04", "MON-05", "CLA-01", "CLA-06"}
    assert {each["item"] for each in needs_clari} == needed
    assert {each["result"] for each in needs_clari} == {"NOT VERIFIED"}
    assert {each["cause"] for each in needs_clari} == {
        "CONN-02 failed: environment variable CLARI_API_KEY_PROD is not set"
    }


def test_without_a_key_nothing_is_sent_and_no_traceback_is_shown(production: tuple[Place, Ran]) -> None:
    kinds = {evidence["kind"] for finding in _findings(production[0]) for evidence in finding["evidence"]}
    assert "request" not in kinds
    assert not [word for word in ("Traceback", "INTERNALERROR", "THE GATE BROKE") if word in production[1].said]


def test_the_gate_leaves_things_behind_in_the_environments_directory_alone(production: tuple[Place, Ran]) -> None:
    base = production[0].directory
    files = {path.relative_to(base) for path in base.rglob("*") if path.is_file()}
    left = files - {Path("clari-readiness.toml"), Path(".readiness/.gitignore")}
    assert {path.parts[:2] for path in left} == {(".readiness", "prod")}
    assert {"report.html", "report.json", "history.jsonl"} <= {path.name for path in left}


def _findings(place: Place, item: str | None = None) -> list[dict[str, Any]]:
    items = place.report("prod")["items"]
    return [finding for each in items for finding in each["findings"] if item in (None, each["id"])]


def _results(report: dict[str, Any]) -> dict[str, Any]:
    return {
        item["id"]: (
            item["result"],
            item["real"],
            sorted((finding["source"], finding["check"], finding["result"]) for finding in item["findings"]),
        )
        for item in report["items"]
    }


def _request(line: dict[str, Any]) -> tuple[str, str, str]:
    return line["method"], line["path"], line["query"]
