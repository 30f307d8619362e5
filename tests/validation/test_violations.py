from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from clari_readiness.errors import ContractError
from clari_readiness.model.exports import Violation
from clari_readiness.validation import Contracts
from tests.validation import specimens

ENTRY = {"fieldId": "fc", "timePeriodId": "2026_Q3", "timeFrameId": "TF:2026-07-08", "userId": "1:a"}


@pytest.fixture(scope="module")
def contracts() -> Contracts:
    return Contracts()


def lines(violations: tuple[Violation, ...]) -> list[str]:
    return [str(violation) for violation in violations]


def contract(directory: Path, **schema: Any) -> Contracts:
    (directory / "thing.schema.json").write_text(json.dumps(schema), encoding="utf-8")
    return Contracts(directory)


def test_all_violations_come_at_once_in_the_documents_order(contracts: Contracts) -> None:
    entries: list[Any] = [ENTRY] * 12
    entries[9] = {**ENTRY, "userId": "", "forecastValue": "n/a"}
    entries[11] = 5
    document = {"entries": entries, "users": [], "fields": [], "timePeriods": []}
    assert lines(contracts.violations("forecast", document)) == [
        '$.entries[9].forecastValue: expected a number or null, got "n/a"',
        '$.entries[9].userId: expected a non-empty string, got ""',
        "$.entries[11]: expected an object, got 5",
        "$.timeFrames: required, but missing",
    ]


@pytest.mark.parametrize(
    ("part", "changed", "line"),
    [
        ("entry", {"isUpdated": "yes"}, '$.isUpdated: expected true or false, got "yes"'),
        ("entry", {"isUpdated": None}, "$.isUpdated: expected true or false, got null"),
        ("entry", {"updatedOn": True}, "$.updatedOn: expected an integer or null, got true"),
        ("entry", {"updatedOn": -5}, "$.updatedOn: expected at least 0, got -5"),
        ("entry", {"updatedOn": 1.5}, "$.updatedOn: expected an integer or null, got 1.5"),
        ("entry", {"forecastValue": [1, 2]}, "$.forecastValue: expected a number or null, got a list of 2 items"),
        ("entry", {"forecastValue": {}}, "$.forecastValue: expected a number or null, got an object with no keys"),
        ("entry", {"currency": {"code": "$"}}, '$.currency.code: expected text like "USD", got "$"'),
        ("day", "08.07.2026", '$: expected a date like 2026-07-08, got "08.07.2026"'),
        ("id", 17, "$: expected a string, got 17"),
    ],
)
def test_a_problem_says_what_was_expected_and_what_came(
    contracts: Contracts, part: str, changed: Any, line: str
) -> None:
    document = {**ENTRY, **changed} if isinstance(changed, dict) else changed
    assert lines(contracts.violations("forecast", document, part=part)) == [line]


def test_a_status_tells_which_there_are(contracts: Contracts) -> None:
    document = {"job": {"jobId": "6073", "userId": 1, "status": "RUNNING"}}
    assert lines(contracts.violations("job", document)) == [
        '$.job.status: expected one of "SCHEDULED", "STARTED", "DONE", "FAILED", "CANCELLED", "ABORTED", got "RUNNING"'
    ]


def test_null_where_a_job_must_have_a_value_is_said_in_words(contracts: Contracts) -> None:
    document = {"jobId": "6073", "userId": 1, "status": "STARTED", "startTime": None}
    assert lines(contracts.violations("job", document)) == ["$.startTime: expected a value, got null"]


def test_a_part_is_judged_alone_and_its_paths_start_where_it_lies(contracts: Contracts) -> None:
    user = {"userId": "1:a", "name": "Ada"}
    assert lines(contracts.violations("forecast", user, part="user", at="$.users[3]")) == [
        "$.users[3].email: required, but missing"
    ]


def test_a_long_value_is_shortened(contracts: Contracts) -> None:
    (violation,) = contracts.violations("forecast", {**ENTRY, "quotaValue": "x" * 500}, part="entry")
    shown = violation.problem.partition("got ")[2]
    assert shown == '"' + "x" * 59 + '…"'


def test_a_value_cannot_draw_on_the_terminal(contracts: Contracts) -> None:
    (violation,) = contracts.violations("forecast", {**ENTRY, "quotaValue": "a\n\x1b[31m\u202eb"}, part="entry")
    assert violation.problem.isprintable()
    assert violation.problem.endswith(r'got "a\n\u001b[31m\u202eb"')


def test_odd_keys_are_quoted_in_paths(tmp_path: Path) -> None:
    contracts = contract(tmp_path, type="object", required=["a b"], properties={"x.y": {"type": "null"}})
    found = [violation.path for violation in contracts.violations("thing", {"x.y": 1})]
    assert found == ['$["a b"]', '$["x.y"]']


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("key", ["forecastValue", "updatedOn"])
def test_what_is_no_number_of_json_is_refused(contracts: Contracts, number: float, key: str) -> None:
    (violation,) = contracts.violations("forecast", {**ENTRY, key: number}, part="entry")
    assert violation.path == f"$.{key}"
    assert violation.problem.endswith(("got NaN", "got Infinity", "got -Infinity"))


def test_an_amount_may_be_larger_than_any_float(contracts: Contracts) -> None:
    assert contracts.violations("forecast", {**ENTRY, "forecastValue": 10**400}, part="entry") == ()


def test_a_lone_surrogate_is_a_violation_and_no_crash(contracts: Contracts) -> None:
    document = json.loads(r'{"entries": [{"fieldId": "fc", "userId": "\ud800"}]}')
    assert lines(contracts.violations("forecast", document)) == [
        r'$.entries[0].userId: expected text, got a lone surrogate in "\ud800"'
    ]


def test_nesting_without_end_is_a_violation_and_no_crash(tmp_path: Path) -> None:
    contracts = contract(tmp_path, type="object", properties={"deep": {"type": "string"}})
    document: Any = []
    for _ in range(900):
        document = [document]
    assert lines(contracts.violations("thing", {"deep": document})) == [
        "$.deep: nested more than 250 levels deep",
    ]


def test_what_no_decoder_of_json_makes_is_named(contracts: Contracts) -> None:
    assert lines(contracts.violations("forecast", {"entries": [{"userId": b"1:a"}]})) == [
        "$.entries[0].userId: expected JSON, got bytes"
    ]
    assert lines(contracts.violations("forecast", {1: 2})) == ["$: expected keys that are text, got 1"]


@pytest.mark.parametrize("word", ["anyOf", "oneOf"])
@pytest.mark.parametrize(
    ("document", "line"),
    [
        ({"job": {"status": "X"}}, '$.job.status: expected one of "DONE", got "X"'),
        ({"status": "X"}, '$.status: expected one of "DONE", got "X"'),
        ({"job": 5}, "$.job: expected an object, got 5"),
    ],
)
def test_of_a_choice_the_branch_that_was_meant_is_told(tmp_path: Path, word: str, document: Any, line: str) -> None:
    job = {"type": "object", "required": ["status"], "properties": {"status": {"enum": ["DONE"]}}}
    wrapped = {"type": "object", "required": ["job"], "properties": {"job": job}}
    contracts = contract(tmp_path, **{word: [job, wrapped]})
    assert lines(contracts.violations("thing", document)) == [line]


def test_what_fits_two_branches_of_one_is_told_as_such(tmp_path: Path) -> None:
    contracts = contract(tmp_path, oneOf=[{"type": "integer"}, {"minimum": 3}])
    assert lines(contracts.violations("thing", 5)) == ["$: expected what the contract's `oneOf` asks for, got 5"]


def test_the_names_are_those_of_the_files() -> None:
    assert set(specimens.READ) <= set(Contracts().names)


def test_an_unknown_contract_or_part_names_the_nearest(contracts: Contracts) -> None:
    with pytest.raises(ContractError, match=r"forecasts\.schema\.json does not exist.*did you mean forecast\?"):
        contracts.violations("forecasts", {})
    with pytest.raises(ContractError, match=r"forecast\.schema\.json has no part 'users'; did you mean user\?"):
        contracts.violations("forecast", {}, part="users")


def test_a_directory_without_contracts_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=tmp_path.name):
        Contracts(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"type": "strin"}',
        '{"pattern": "("}',
        '{"$ref": "#/$defs/none"}',
        '{"$ref": "none.schema.json"}',
        '{"$ref": "https://example.com/none.json"}',
    ],
)
def test_a_malformed_contract_is_named_at_once(tmp_path: Path, text: str) -> None:
    (tmp_path / "thing.schema.json").write_text(text, encoding="utf-8")
    with pytest.raises(ContractError, match=r"thing\.schema\.json") as caught:
        Contracts(tmp_path)
    assert "\n" not in str(caught.value)
