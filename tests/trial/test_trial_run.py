from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from clari_readiness.trial import Verdict
from clari_readiness.trial.variables import Names
from tests.trial.conftest import EXPORTERS, Try, plain, sentences

SQLITE = "sqlite:///w.sqlite"
DUCKDB = "duckdb:///w.duckdb"


def test_the_reference_exporter_keeps_the_laws_through_the_same_door_as_any_other(tried: Try) -> None:
    names = ("pages_sizes", "resilience_post_answer_lost", "key_redirected_download", "period_wrong_quarter")
    outcomes = tried("reference", DUCKDB, *names)
    assert {name: (each.verdict, each.sentence) for name, each in outcomes.items()} == dict.fromkeys(
        ("healthy", *names), (Verdict.KEPT, "")
    )


def test_the_reference_exporter_can_be_named_as_a_command_too(tried: Try) -> None:
    without_the_package = f"{sys.base_prefix}/bin/python3"
    assert tried(f"{without_the_package} -m clari_readiness.exporter", DUCKDB)["healthy"].verdict is Verdict.BROKEN
    assert tried(f"{sys.executable} -m clari_readiness.exporter", DUCKDB)["healthy"].verdict is Verdict.KEPT


@pytest.mark.parametrize(
    ("exporter", "scenario", "sentence"),
    [
        ("repeats_the_post", "pages_sizes", "lost 591 of 607 audit events: it read 1 page"),
        ("repeats_the_post", "resilience_post_answer_lost", "spent 2 exports for 1: repeated POST /export/forecast/"),
        ("repeats_the_post", "key_redirected_download", "sent the key to 127.0.0.1:"),
        ("appends_and_trusts", "duplicates_twice", "one key is there up to 2 times"),
        ("appends_and_trusts", "period_rows_truncated", "changed the rows although what it asked for could"),
        ("appends_and_trusts", "process_killed_at_a_post", "spent 2 exports for 1: it was killed at request 1"),
    ],
)
def test_a_defect_is_caught_by_the_scenario_meant_for_it(
    tried: Try, exporter: str, scenario: str, sentence: str
) -> None:
    outcomes = tried(plain(exporter), SQLITE, scenario)
    assert outcomes["healthy"].verdict is Verdict.KEPT
    assert outcomes[scenario].verdict is Verdict.BROKEN
    assert any(sentence in each for each in sentences(outcomes[scenario])), sentences(outcomes[scenario])


def test_a_failure_leaves_evidence_and_no_key(tried: Try, tmp_path: Path) -> None:
    outcome = tried(plain("repeats_the_post"), SQLITE, "resilience_post_answer_lost")["resilience_post_answer_lost"]
    assert outcome.evidence == tmp_path / "trial" / "resilience_post_answer_lost"
    assert outcome.evidence.stat().st_mode & 0o777 == 0o700
    assert sorted(path.name for path in outcome.evidence.iterdir()) == [
        "again.txt",
        "broken.json",
        "journal.har",
        "output.txt",
        "runs.json",
    ]
    log = json.loads((outcome.evidence / "journal.har").read_text())["log"]
    assert [each["request"]["method"] for each in log["entries"]][:2] == ["POST", "POST"]
    answer = log["entries"][1]["response"]
    assert {"name": "content-type", "value": answer["content"]["mimeType"]} in answer["headers"]
    assert all(each["time"] >= 0 for each in log["entries"])
    assert (outcome.evidence / "again.txt").read_text() == (
        "clari-readiness trial --scenario resilience_post_answer_lost --seed 1\n"
    )
    assert not any(b"trial-" in path.read_bytes() for path in outcome.evidence.iterdir())
    assert not (tmp_path / "trial" / "work").exists()


def test_an_exporter_that_fails_the_healthy_run_gets_that_answer_and_no_other(tried: Try) -> None:
    outcomes = tried("true", SQLITE, "job_stuck")
    assert list(outcomes) == ["healthy"]
    assert outcomes["healthy"].verdict is Verdict.BROKEN
    assert sentences(outcomes["healthy"])[0] == "lost all of 2027_Q4: it was never downloaded"


def test_the_same_seed_gives_the_same_requests_and_the_same_sentences(tried: Try) -> None:
    names = ("pages_sizes", "key_revoked", "period_empty")
    first, second = (tried(plain("appends_and_trusts"), SQLITE, *names, seed=5) for _ in range(2))
    assert {name: (each.verdict, sentences(each)) for name, each in first.items()} == {
        name: (each.verdict, sentences(each)) for name, each in second.items()
    }


def test_a_surface_that_is_declared_not_applicable_is_not_tried_and_not_told(tried: Try) -> None:
    outcomes = tried(
        plain("repeats_the_post"), SQLITE, "pages_sizes", not_applicable={"audit": "we export forecasts only"}
    )
    assert outcomes["healthy"].verdict is Verdict.KEPT
    assert (outcomes["pages_sizes"].verdict, outcomes["pages_sizes"].reason) == (
        Verdict.NOT_APPLICABLE,
        "we export forecasts only",
    )


def test_an_exporter_of_forecasts_alone_is_tried_with_them(tried: Try) -> None:
    nothing_else = dict.fromkeys(("audit", "opportunities"), "we export forecasts only")
    names = ("duplicates_twice", "pages_loop", "pages_batches")
    outcomes = tried(plain("appends_and_trusts"), SQLITE, *names, not_applicable=nothing_else)
    assert {name: each.verdict for name, each in outcomes.items()} == {
        "healthy": Verdict.KEPT,
        "duplicates_twice": Verdict.BROKEN,
        "pages_loop": Verdict.NOT_APPLICABLE,
        "pages_batches": Verdict.NOT_APPLICABLE,
    }
    assert outcomes["healthy"].requests > 0


_IF_TOLD = 'if "CLARI_AUDIT_FROM" in os.environ'
_TELEMETRY = """def main():
    try:
        urllib.request.urlopen("http://telemetry.example.com/", timeout=5)
    except OSError:
        pass
"""


def changed(tmp_path: Path, *changes: tuple[str, str]) -> str:
    text = (EXPORTERS / "repeats_the_post.py").read_text()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    (tmp_path / "changed.py").write_text(text)
    return "python3 changed.py"


def test_a_request_for_a_surface_that_is_said_not_to_be_there_contradicts_that(tried: Try, tmp_path: Path) -> None:
    asks = changed(
        tmp_path,
        ("dateFrom={os.environ['CLARI_AUDIT_FROM']}", "dateFrom=2026-11-19"),
        ('if "CLARI_AUDIT_FROM" in os.environ', "if True"),
    )
    outcome = tried(asks, SQLITE, not_applicable={"audit": "we export forecasts only"})["healthy"]
    assert sentences(outcome) == ["asked for audit, although it was not told to: GET /audit/events"]


def test_any_other_key_is_a_failure_and_only_its_hash_is_shown(tried: Try, tmp_path: Path) -> None:
    other = changed(tmp_path, ('os.environ["CLARI_API_KEY"]', '"the-key-of-production"'))
    outcome = tried(other, SQLITE)["healthy"]
    assert any(each.startswith("sent a key that is not the trial's, sha256:") for each in sentences(outcome))
    assert outcome.evidence is not None
    assert not any(b"the-key-of-production" in path.read_bytes() for path in outcome.evidence.iterdir())


def test_a_request_to_another_host_is_seen_by_the_proxy_and_refused(tried: Try, tmp_path: Path) -> None:
    calls_home = changed(tmp_path, ("def main():\n", _TELEMETRY))
    outcome = tried(calls_home, SQLITE)["healthy"]
    assert sentences(outcome) == ["asked telemetry.example.com:80, which nobody had named"]


def test_an_exporter_whose_tables_cannot_be_read_is_not_tested_and_told_how_to_map_them(
    tried: Try, tmp_path: Path
) -> None:
    other = changed(tmp_path, ("forecast_amount TEXT", "amount TEXT"))
    outcome = tried(other, SQLITE)["healthy"]
    assert outcome.verdict is Verdict.NOT_TESTED
    assert "clari_forecasts has no column forecast_amount" in outcome.reason


@pytest.mark.parametrize("table", ["clari_forecasts", "audit_events", "opportunities"])
def test_a_table_of_another_name_is_not_tested_and_told_what_there_is(tried: Try, tmp_path: Path, table: str) -> None:
    other = changed(tmp_path, (table, "fct_ours"))
    outcome = tried(other, SQLITE)["healthy"]
    assert outcome.verdict is Verdict.NOT_TESTED
    there = {"clari_forecasts", "audit_events", "opportunities", "fct_ours"} - {table}
    told = outcome.reason.removeprefix(f"its warehouse has no table or view {table}; it has ")
    listed, _, way_out = told.partition("; ")
    assert way_out == f'say which it is: trial.tables.{table}.name = "..."'
    assert set(listed.split(", ")) >= there - ({"fct_ours"} if table != "clari_forecasts" else set())


def test_variables_of_other_names_reach_the_exporter(tried: Try, tmp_path: Path) -> None:
    renamed = changed(tmp_path, ("CLARI_BASE_URL", "REVOPS_CLARI"))
    assert tried(renamed, SQLITE)["healthy"].verdict is Verdict.BROKEN
    names = Names({"base_url": "REVOPS_CLARI"})
    assert tried(renamed, SQLITE, names=names)["healthy"].verdict is Verdict.KEPT
