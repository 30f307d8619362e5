from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clari_readiness.validation import Contracts
from clari_readiness.warehouse.plain import EntryShape
from tests.strategies import encode, forecast_documents
from tests.warehouse.documents import entry

SHAPE = EntryShape.of({})
PLAIN = re.compile(SHAPE.pattern())
CONTRACTS = Contracts()
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
    st.sampled_from(["USD", "", "n/a", 1e20, -1, 10**16]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(
        st.sampled_from(["code", "symbol", "more"]), st.sampled_from(["USD", "$", "usd", "", None, 5]), max_size=3
    ),
)


@given(st.dictionaries(st.sampled_from(sorted(SHAPE.known)) | st.text(max_size=3), ODD, max_size=4))
def test_law_what_is_plain_holds_the_contract(change: dict[str, Any]) -> None:
    """Law: an entry with all its keys that the pattern accepts is right by the contract, whatever was done to it."""
    changed = {**entry(), **change}
    if PLAIN.fullmatch(json.dumps(changed, ensure_ascii=False)):
        assert CONTRACTS.violations("forecast", changed, part="entry") == ()


@given(forecast_documents())
def test_law_what_clari_usually_sends_is_plain(content: dict[str, Any]) -> None:
    """Law: amounts of up to 13 digits, and ids without escapes, need no second look."""
    for each in content["entries"]:
        written = encode(each).decode()
        if "\\" not in written and not re.search(r":-?[0-9.]{17,}", written):
            assert PLAIN.fullmatch(written), written


@pytest.mark.parametrize(
    "written",
    [
        '{"fieldId":"a\\"b"}',
        '{"fieldId":""}',
        '{"new":1}',
        '{"forecastValue":"1"}',
        '{"forecastValue":12345678901234567}',
        '{"forecastValue":1e3}',
        '{"currency":{"code":"USD","more":1}}',
        '{"isUpdated":null}',
        "[]",
        "{}",
    ],
)
def test_what_has_to_be_looked_at_is_not_plain(written: str) -> None:
    assert not PLAIN.fullmatch(written)


NEW = SHAPE.with_new(["newKey", "fieldId", 'quo"te', "a.b"])
NEW_PLAIN = re.compile(NEW.pattern(cents=True))


def test_new_keys_without_escapes_become_part_of_the_shape() -> None:
    assert NEW.new == ("a.b", "newKey")
    assert (NEW.new_paths(), NEW.new_members()) == (['$."a.b"', '$."newKey"'], ['"a.b":', '"newKey":'])


@pytest.mark.parametrize(
    "value", ["1", "-12.5", "null", '"x/é"', '{"a":1,"b":"c"}', "[]", "[1,null]", "true", "0.0001"]
)
def test_a_new_value_whose_text_survives_is_plain(value: str) -> None:
    assert NEW_PLAIN.fullmatch(f'{{"newKey":{value}}}')


@pytest.mark.parametrize(
    "value", ["1.50", "-0", "1e3", "1234567890123456", '"\\u0041"', '{"a":[1]}', "0.00001", "[[]]"]
)
def test_a_new_value_whose_text_might_not_survive_is_looked_at(value: str) -> None:
    assert not NEW_PLAIN.fullmatch(f'{{"newKey":{value}}}')


@pytest.mark.parametrize(("digits", "in_cents"), [("1.25", True), ("-1", True), ("null", True), ("1.255", False)])
def test_an_amount_in_cents_is_told_from_one_that_is_rounded(digits: str, in_cents: bool) -> None:
    written = f'{{"forecastValue":{digits}}}'
    assert bool(re.fullmatch(SHAPE.pattern(cents=True), written)) == in_cents
    assert PLAIN.fullmatch(written)
