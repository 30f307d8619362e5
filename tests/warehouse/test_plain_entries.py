from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clari_readiness.model.exports import AMOUNTS
from clari_readiness.validation import Contracts
from clari_readiness.warehouse.plain import EntryShape, PlainEntries, listed_in
from clari_readiness.warehouse.staging import Staging
from clari_readiness.warehouse.statements import statement
from tests.strategies import encode, forecast_documents
from tests.warehouse.documents import document, entry

SHAPE = EntryShape.of({})
LISTED = listed_in(document(entry()))
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


def count(*entries: Any) -> int | None:
    return PlainEntries(SHAPE, LISTED).count(encode(list(entries)))


@given(st.dictionaries(st.sampled_from(sorted(SHAPE.known)) | st.text(max_size=3), ODD, max_size=4))
@example({"isUpdated": None})
@example({"updatedBy": -1})
def test_law_what_is_plain_holds_the_contract(change: dict[str, Any]) -> None:
    """Law: an entry that is plain is right by the contract, whatever was done to it."""
    changed = {**entry(), **change}
    if count(changed) is not None:
        assert CONTRACTS.violations("forecast", changed, part="entry") == ()


@given(forecast_documents())
def test_law_what_clari_usually_sends_is_plain(content: dict[str, Any]) -> None:
    """Law: documents as the contract shows them need no second look."""
    plain = PlainEntries(SHAPE, listed_in(content))
    assert plain.count(encode(content["entries"])) == len(content["entries"])
    assert plain.amounts_seen == {key for each in content["entries"] for key in each} & set(SHAPE.amounts.values())


@pytest.mark.parametrize(
    "change",
    [
        {"userId": ""},
        {"userId": "nobody's"},
        {"fieldId": "fc_other"},
        {"timePeriodId": "1999_Q1"},
        {"timeFrameId": None},
        {"new": 1},
        {"forecastValue": "1"},
        {"forecastValue": True},
        {"updatedOn": 12.5},
        {"updatedOn": 10**16},
        {"updatedBy": 1.5},
        {"currency": {"code": "USD", "more": 1}},
        {"currency": {"symbol": "$"}},
        {"isUpdated": None},
    ],
)
def test_what_has_to_be_looked_at_is_not_plain(change: dict[str, Any]) -> None:
    assert count(entry()) == 1
    assert count(entry(), {**entry(), **change}, entry()) is None


@pytest.mark.parametrize("text", [b"[{}]", b"[1]", b"[[]]", b'[{"userId":"\xff"}]', b'[{"userId":"1:A"', b"[null]"])
def test_what_is_no_list_of_entries_is_not_plain(text: bytes) -> None:
    assert PlainEntries(SHAPE, LISTED).count(text) is None


def test_nothing_is_plain_where_nothing_is_listed() -> None:
    assert PlainEntries(SHAPE, {**LISTED, "userId": frozenset()}).count(b"[]") is None


def test_a_key_that_comes_later_is_plain_and_noted_as_is_null() -> None:
    plain = PlainEntries(SHAPE, LISTED)
    assert plain.count(encode([entry()])) == 1
    assert plain.amounts_seen == {"forecastValue"}
    assert plain.count(encode([entry(), entry(quotaValue=None)])) == 2
    assert plain.amounts_seen == {"forecastValue", "quotaValue"}


def _read(tmp_path: Path, **values: Any) -> tuple[Any, ...] | None:
    """The row of one entry that is read as a plain one; None when it is refused."""
    file = tmp_path / "entries.json"
    file.write_bytes(encode([entry(**values)]))
    with duckdb.connect() as connection:
        staging = Staging(connection, tmp_path, judge=None, value_names={})  # type: ignore[arg-type] - not asked
        connection.execute(statement("staged_entries"))
        try:
            staging._read([file])
        except (duckdb.InvalidInputException, duckdb.ConversionException):
            assert connection.execute("FROM staged_entries").fetchall() == []
            return None
        return connection.execute("FROM staged_entries").fetchall()[0]


_CENTS = st.integers(-(10**15) + 1, 10**15 - 1).map(lambda cents: Decimal(cents).scaleb(-2))
_NEXT_TO_CENTS = st.builds(
    lambda cents, more, digits: cents + Decimal(more).scaleb(-digits), _CENTS, st.integers(-99, 99), st.integers(3, 20)
)


@given(number=_CENTS | _NEXT_TO_CENTS | st.decimals(-(10**14), 10**14, allow_nan=False))
@example(number=Decimal("1234567890123.454999999999"))
@example(number=Decimal("0.125"))
@example(number=Decimal("9999999999999.995"))
def test_law_an_amount_that_is_read_as_a_double_is_its_text_rounded_half_up(
    tmp_path_factory: pytest.TempPathFactory, number: Decimal
) -> None:
    """Law: a double is good enough where it is the one nearest to an amount in cents, and nowhere else is it taken."""
    row = _read(tmp_path_factory.mktemp("plain"), forecastValue=number)
    cents = number.quantize(Decimal("0.01"), ROUND_HALF_UP)
    if row is None:
        assert number != cents or abs(number) >= Decimal(10) ** 13
    else:
        assert row[5] == cents


@pytest.mark.parametrize("key", [key for key, _ in AMOUNTS.values()])
def test_each_amount_that_is_not_in_cents_is_not_read(tmp_path: Path, key: str) -> None:
    assert _read(tmp_path, **{key: 1.25}) is not None
    assert _read(tmp_path, **{key: 1.005}) is None


def test_each_value_of_a_plain_entry_is_in_its_column(tmp_path: Path) -> None:
    amounts = {"forecastValue": 1, "quotaValue": 2, "adjustmentValue": -3.5, "aggregationTotal": 4, "crmClosed": 5.25}
    people = {"isUpdated": True, "updatedBy": "9:Z", "updatedOn": 1000, "adjustedBy": 4711, "adjustedOn": 2000}
    row = _read(tmp_path, **amounts, **people, currency={"code": "USD", "symbol": "$"})
    second = datetime(1970, 1, 1, 0, 0, 1)  # noqa: DTZ001 - kept as UTC
    key = ("fc_commit", "2027_Q3", "TF:2026-08-05", "1:A", "USD")
    told = (True, "9:Z", second, "4711", second.replace(second=2))
    assert row == (*key, *(Decimal(str(amount)) for amount in amounts.values()), *told, None)


@pytest.mark.parametrize("code", ["usd", "dollars", "", "US", "USD\n"])
def test_a_currency_that_is_none_is_not_plain(code: str) -> None:
    plain = PlainEntries(SHAPE, LISTED)
    for each in ({"code": "USD"}, {"code": "EUR", "symbol": None}):
        assert plain.count(encode([entry(), entry(currency=each)])) == 2
    for _ in range(2):  # what was refused is not learnt
        assert plain.count(encode([entry(currency={"code": "USD"}), entry(currency={"code": code})])) is None
    assert plain.count(encode([entry(currency={"code": "USD"}), entry(currency={"code": "EUR"})])) == 2


@pytest.mark.parametrize(
    "twice",
    [
        b'"forecastValue":1,"forecastValue":2',
        b'"currency":{"code":"usd"},"currency":{"code":"USD"}',
        b'"currency":{"code":"usd","code":"USD"}',
    ],
)
def test_a_key_that_comes_twice_in_one_entry_is_not_read(tmp_path: Path, twice: bytes) -> None:
    file = tmp_path / "entries.json"
    file.write_bytes(encode([entry()]).replace(b'"forecastValue":10.5', twice))
    with duckdb.connect() as connection:
        connection.execute(statement("staged_entries"))
        with pytest.raises(duckdb.InvalidInputException, match="duplicate key"):
            Staging(connection, tmp_path, judge=None, value_names={})._read([file])  # type: ignore[arg-type]
