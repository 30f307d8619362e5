from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clari_readiness.errors import ReadinessError
from clari_readiness.model.findings import (
    Concession,
    Decision,
    Evidence,
    EvidenceFile,
    Finding,
    GateReport,
    Item,
    ItemResult,
    PastRun,
    Provenance,
    Recording,
    Result,
)
from clari_readiness.report import from_document, to_document, write
from clari_readiness.shipped import shipped
from clari_readiness.validation import Contracts

words = st.text(max_size=12)
names = st.text(min_size=1, max_size=12)
seconds = st.floats(min_value=0, max_value=1e6)
priorities = st.sampled_from(["P1", "P2", "P3"])
sources = st.sampled_from(["settings", "clari", "warehouse", "trial"])
results = st.sampled_from(list(Result))
whole_numbers = st.integers(min_value=-(2**63), max_value=2**63 - 1)
json_values = st.recursive(
    st.none() | st.booleans() | whole_numbers | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
item_ids = st.from_regex(r"[A-Z]{2,12}-[0-9]{2,3}", fullmatch=True)
kinds = st.sampled_from(["waiver", "declaration", "not_applicable"])
concessions = st.builds(
    Concession, kinds, words, words, words, words, st.integers(-999, 999), problem=words, surface=words
)
evidence = st.builds(Evidence, st.sampled_from(["value", "request", "query", "declaration"]), words, json_values)


@st.composite
def item_results(draw: st.DrawFn) -> ItemResult:
    sources_of_item = tuple(draw(st.lists(sources, min_size=1, max_size=3)))
    item = Item(draw(item_ids), draw(names), draw(priorities), sources_of_item)
    result = draw(results)
    finding = st.builds(
        Finding,
        st.just(item.id),
        sources,
        results,
        check=words,
        observed=names,
        expected=words,
        why=words,
        fix=words,
        cause=words,
        declared=st.booleans(),
        evidence=st.lists(evidence, max_size=2).map(tuple),
        seconds=seconds,
        warning=words,
    )
    waived = result is Result.WAIVED
    return ItemResult(
        item,
        result,
        tuple(draw(st.lists(finding, max_size=2))),
        real=draw(st.sampled_from([Result.PASS, Result.FAIL]) if waived else st.none()),
        concession=draw(concessions if waived else st.none() | concessions),
        risk=draw(words),
        guide=draw(words),
    )


digests = st.from_regex(r"[0-9a-f]{64}", fullmatch=True)
fingerprints = st.dictionaries(words, st.just("") | digests, max_size=3)
provenances = st.builds(
    Provenance,
    fingerprints=fingerprints,
    limits=st.dictionaries(words, whole_numbers, max_size=2),
    recordings=st.lists(st.builds(Recording, words, words, words), max_size=2).map(tuple),
    files=st.lists(st.builds(EvidenceFile, words, st.integers(0, 2**63 - 1), digests), max_size=2).map(tuple),
)
past_runs = st.builds(
    PastRun,
    at=words,
    decision=words,
    exit_code=st.integers(0, 11),
    whole=st.booleans(),
    items=st.dictionaries(item_ids, results, max_size=2),
    subset=words,
    fingerprints=fingerprints,
)
reports = st.builds(
    GateReport,
    environment=names,
    live=st.booleans(),
    decision=st.builds(Decision, names, st.sampled_from([0, 1, 3, 10, 11]), st.lists(words, max_size=2).map(tuple)),
    items=st.lists(item_results(), max_size=3).map(tuple),
    concessions=st.lists(concessions, max_size=2).map(tuple),
    started_at=st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC)).map(datetime.isoformat),  # noqa: DTZ001 - Hypothesis adds the zone
    seconds=seconds,
    subset=words,
    exporter=words,
    versions=st.dictionaries(names, words, max_size=3).map(lambda versions: tuple(versions.items())),
    warnings=st.lists(words, max_size=2).map(tuple),
    good_until=words,
    provenance=provenances,
    history=st.lists(past_runs, max_size=2).map(tuple),
)


@pytest.fixture(scope="module")
def contracts() -> Contracts:
    return Contracts(shipped("contracts"))


@settings(deadline=None, max_examples=50)
@given(reports)
def test_a_report_read_back_from_its_json_is_the_same_report(report: GateReport) -> None:
    """Law: from_document(JSON(to_document(r))) == r."""
    assert from_document(json.loads(json.dumps(to_document(report), allow_nan=False))) == report


@settings(deadline=None, max_examples=50)
@given(report=reports)
def test_every_report_keeps_its_contract(contracts: Contracts, report: GateReport) -> None:
    """Law: whatever the gate hands over, the document is what contracts/report.schema.json promises to readers."""
    assert contracts.violations("report", to_document(report)) == ()


def test_the_samples_keep_the_contract(contracts: Contracts, sample: GateReport) -> None:
    assert contracts.violations("report", to_document(sample)) == ()


def test_the_counts_are_the_items(sample: GateReport) -> None:
    document = to_document(sample)
    for result, count in document["counts"].items():
        assert count == sum(item["result"] == result for item in document["items"])
    assert set(document["counts"]) == {str(result) for result in Result}


def examples(which: str) -> list[Any]:
    paths = sorted((shipped("contracts") / "examples" / "report" / which).glob("*.json"))
    assert paths, f"contracts/examples/report/{which} is empty"
    return [pytest.param(json.loads(path.read_text(encoding="utf-8")), id=path.stem) for path in paths]


@pytest.mark.parametrize("document", examples("valid"))
def test_a_valid_example_can_be_read_as_a_report(contracts: Contracts, document: dict[str, Any]) -> None:
    assert contracts.violations("report", document) == ()
    assert to_document(from_document(document)).items() <= document.items() or "later" in document


@pytest.mark.parametrize("example", examples("invalid"))
def test_an_invalid_example_is_refused_where_it_says(contracts: Contracts, example: dict[str, Any]) -> None:
    assert [violation.path for violation in contracts.violations("report", example["document"])] == [
        example["refused_at"]
    ]


@pytest.mark.parametrize(
    ("seen", "written"),
    [
        (Decimal("10.10"), "10.10"),
        (datetime(2026, 11, 21, 6, tzinfo=UTC), "2026-11-21T06:00:00+00:00"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        ((1, (2,)), [1, [2]]),
        ({1: Path("landing")}, {"1": "landing"}),
        (Result.PASS, "PASS"),
        ("half a pair: \ud83d", "half a pair: \\ud83d"),
        (2**70, 2**70),
    ],
)
def test_evidence_of_any_kind_is_written(make: SimpleNamespace, tmp_path: Path, seen: Any, written: Any) -> None:
    report = make.report(make.result("CONN-01", Result.PASS, evidence=(Evidence("value", "seen", seen),)))
    write(report, tmp_path / "report.json")
    document = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert document["items"][0]["findings"][0]["evidence"][0]["value"] == written


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ([], "this is 'list'"),
        ({}, "this is None"),
        ({"format": 2}, "this is 2"),
        ({"format": 1}, "missing required field `environment`"),
        ({"format": 1, "items": [7]}, "$.items[0]"),
        ({"format": 1, "items": [{"id": "AUTH-04"}]}, "$.items[0]"),
        ({"format": 1, "items": {}}, "$.items"),
    ],
)
def test_what_is_no_report_is_refused_in_one_line(broken: Any, says: str) -> None:
    with pytest.raises(ReadinessError) as refused:
        from_document(broken)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_file_is_for_its_owner_alone(sample: GateReport, tmp_path: Path) -> None:
    path = tmp_path / "prod" / "report.json"
    write(sample, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_a_report_that_cannot_replace_the_last_one_leaves_nothing_behind(sample: GateReport, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.mkdir()
    (path / "old").touch()
    with pytest.raises(ReadinessError, match=r"report\.json: the report cannot be written \(.*\); make its directory"):
        write(sample, path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.json"]
    assert (path / "old").exists()


def test_a_directory_that_cannot_be_made_is_one_clear_error(sample: GateReport, tmp_path: Path) -> None:
    (tmp_path / "prod").write_text("a file where the directory should be")
    with pytest.raises(ReadinessError, match="cannot be written"):
        write(sample, tmp_path / "prod" / "report.json")


def test_a_new_report_takes_the_place_of_the_old_one(make: SimpleNamespace, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    for report in (make.no_go(), make.go()):
        write(report, path)
        assert from_document(json.loads(path.read_text(encoding="utf-8"))) == report


def test_what_is_written_keeps_the_contract_with_its_seal(
    contracts: Contracts, make: SimpleNamespace, tmp_path: Path
) -> None:
    write(make.go(), tmp_path / "report.json")
    document = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert document["seal"]["hmac_sha256"] == ""
    assert contracts.violations("report", document) == ()
