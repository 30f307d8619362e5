from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from clari_readiness.model.calendar import Quarter
from clari_readiness.validation import Contracts
from tests.strategies import amounts, encode, forecast_documents

CONTRACTS = Contracts()
UNSHRUNK = settings(phases=[Phase.generate], max_examples=3000, database=None, deadline=None)
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@FEW
@given(forecast_documents())
def test_every_generated_document_is_valid_and_holds_together(document: dict[str, Any]) -> None:
    """Law: what the strategy draws breaks neither the contract nor a reference, as written and as read back."""
    for form in (document, json.loads(encode(document))):
        assert CONTRACTS.violations("forecast", form) == ()
        assert CONTRACTS.references(form) == ()


@FEW
@given(forecast_documents(quarter=Quarter(2027, 4), types=["quota"]))
def test_a_narrowed_document_holds_what_was_asked_for_and_nothing_else(document: dict[str, Any]) -> None:
    """Law: one quarter, and no value of a type that was not asked for."""
    assert [period["timePeriodId"] for period in document["timePeriods"]] == ["2027_Q4"]
    asked = {"fieldId", "timePeriodId", "timeFrameId", "userId", "quotaValue", "currency"}
    assert {key for entry in document["entries"] for key in entry} <= asked


@FEW
@given(amounts())
def test_an_amount_is_written_digit_by_digit(amount: Decimal) -> None:
    """Law: reading what was written gives the same amount, to the cent."""
    assert json.loads(encode([amount]), parse_float=Decimal, parse_int=Decimal) == [amount]


@pytest.mark.parametrize(
    "interesting",
    [
        lambda document: max(Counter(user["email"] for user in document["users"]).values()) == 2,
        lambda document: len({entry["timePeriodId"] for entry in document["entries"]}) == 2,
        lambda document: min(f["startDate"] for f in document["timeFrames"]) < document["timePeriods"][0]["startDate"],
        lambda document: any(isinstance(user["scopeId"], dict) for user in document["users"]),
        lambda document: any(abs(entry.get("forecastValue") or 0) > 10**12 for entry in document["entries"]),
        lambda document: any("quotaValue" not in entry for entry in document["entries"]),
    ],
    ids=["two roles", "two quarters", "week before its quarter", "scope object", "13 digits", "no quota"],
)
def test_the_hard_cases_do_come_up(interesting: Any) -> None:
    quick: st.SearchStrategy[dict[str, Any]] = forecast_documents(max_entries=3)
    assert find(quick, interesting, settings=UNSHRUNK)


def test_a_week_in_two_quarters_is_listed_once() -> None:
    def shares_a_week(document: dict[str, Any]) -> bool:
        pairs = {(entry["timeFrameId"], entry["timePeriodId"]) for entry in document["entries"]}
        return len({frame for frame, _ in pairs}) < len(pairs)

    assert find(forecast_documents(max_entries=3), shares_a_week, settings=UNSHRUNK)
