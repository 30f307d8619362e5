from __future__ import annotations

import copy
from typing import Any

import pytest

from clari_readiness.validation import Contracts
from tests.validation import specimens

CONTRACTS = Contracts()


@pytest.fixture
def document() -> Any:
    return copy.deepcopy(specimens.valid("forecast")["every_known_key"])


def lines(document: Any) -> list[str]:
    return [str(violation) for violation in CONTRACTS.references(document)]


@pytest.mark.parametrize(
    ("key", "noun", "name"),
    [
        ("userId", "user", "users"),
        ("fieldId", "field", "fields"),
        ("timePeriodId", "time period", "timePeriods"),
        ("timeFrameId", "time frame", "timeFrames"),
    ],
)
class TestEachList:
    def test_an_entry_that_refers_to_what_is_not_listed_is_told(
        self, document: Any, key: str, noun: str, name: str
    ) -> None:
        document["entries"].append({**document["entries"][0], key: "gone"})
        assert lines(document) == [f'$.entries[1].{key}: expected a {noun} listed in `{name}`, got "gone"']

    def test_an_id_that_is_listed_twice_is_told(self, document: Any, key: str, noun: str, name: str) -> None:
        document[name].append(copy.deepcopy(document[name][0]))
        id_ = document[name][0][key]
        assert lines(document) == [
            f'$.{name}[1].{key}: expected a {noun} that is not listed yet, got "{id_}" as at $.{name}[0]'
        ]

    def test_what_is_listed_and_not_referred_to_is_fine(self, document: Any, key: str, noun: str, name: str) -> None:
        document[name].append({**document[name][0], key: f"another {noun}"})
        assert lines(document) == []


def test_one_frame_in_two_periods_is_no_duplicate() -> None:
    assert lines(specimens.valid("forecast")["one_week_in_two_quarters"]) == []


def test_an_empty_result_holds_together() -> None:
    assert lines({"entries": []}) == []


@pytest.mark.parametrize(
    "malformed", [None, [], "x", {"entries": 5}, {"entries": [None, {"userId": ["x"]}], "users": {}}]
)
def test_what_the_contract_refuses_anyway_is_passed_over(malformed: Any) -> None:
    assert lines(malformed) == []
