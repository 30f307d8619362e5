from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from clari_readiness.errors import DocumentRefused
from tests.strategies import encode
from tests.warehouse.documents import ask, document, dump, entry

AMOUNTS = "SELECT forecast_amount FROM forecast_entries ORDER BY user_id"


def written(*numbers: str) -> str:
    """A document with these numbers, digit by digit, as the forecasts of users 1:A, 2:A, ..."""
    entries = [entry(f"{number}:A", forecastValue=f"@{number}@") for number in range(1, len(numbers) + 1)]
    text = encode(document(*entries)).decode()
    for number, digits in enumerate(numbers, start=1):
        text = text.replace(f'"@{number}@"', digits)
    return text


WRITTEN = [
    ("0", "0.00", 0),
    ("-0", "0.00", 0),
    ("12.34", "12.34", 0),
    ("-12.34", "-12.34", 0),
    ("0.1", "0.10", 0),
    ("1.10", "1.10", 0),
    ("10.000", "10.00", 0),
    ("9999999999999.99", "9999999999999.99", 0),
    ("-9999999999999.99", "-9999999999999.99", 0),
    ("1e3", "1000.00", 0),
    ("1.5E+2", "150.00", 0),
    ("125e-2", "1.25", 0),
    ("1.005", "1.01", 1),
    ("-1.005", "-1.01", 1),
    ("1.004", "1.00", 1),
    ("2.675", "2.68", 1),
    ("1e-7", "0.00", 1),
    ("123456.780000000001", "123456.78", 1),
    ("0.30000000000000004", "0.30", 1),
    ("2.67499999999999999999", "2.67", 1),
    ("2.675000000000000000001", "2.68", 1),
    ("1234567890123.4549999999", "1234567890123.45", 1),
    ("9999999999999.9949999999", "9999999999999.99", 1),
]
"""As written, in cents, and whether a third decimal was rounded."""


def test_an_amount_arrives_exact_to_the_cent(load: Callable[..., Any], path: Path) -> None:
    load(written(*(digits for digits, _, _ in WRITTEN)))
    found = dict(ask(path, "SELECT user_id, forecast_amount FROM forecast_entries"))
    arrived = {digits: found[f"{number}:A"] for number, (digits, _, _) in enumerate(WRITTEN, start=1)}
    assert arrived == {digits: Decimal(cents) for digits, cents, _ in WRITTEN}


def test_amounts_with_a_third_decimal_are_counted(load: Callable[..., Any]) -> None:
    assert load(written(*(digits for digits, _, rounded in WRITTEN if not rounded))).rounded == 0
    odd = [digits for digits, _, rounded in WRITTEN if rounded]
    assert load(written(*odd)).rounded == len(odd)


@pytest.mark.parametrize("digits", ["10000000000000", "9999999999999.995", "-10000000000000.00", "1e400", "1e13"])
def test_an_amount_that_does_not_fit_is_refused_by_name_and_nothing_changes(
    load: Callable[..., Any], path: Path, digits: str
) -> None:
    load(written("1", "2"))
    before = dump(path)
    with pytest.raises(DocumentRefused) as refused:
        load(written("1", digits, "3"))
    assert len(refused.value.violations) == 1
    assert refused.value.violations[0].startswith("$.entries[1].forecastValue: ")
    assert refused.value.violations[0].endswith("does not fit the warehouse's DECIMAL(15,2)")
    assert dump(path) == before


def test_null_stays_null_and_is_not_zero(load: Callable[..., Any], path: Path) -> None:
    load(written("null", "0"))
    assert ask(path, AMOUNTS) == [(None,), (Decimal("0.00"),)]


@pytest.mark.parametrize("value", ['"12.50"', '"n/a"', "true", "[1]", '{"a": 1}', '""'])
def test_what_is_no_number_is_refused_at_its_place(load: Callable[..., Any], path: Path, value: str) -> None:
    with pytest.raises(DocumentRefused) as refused:
        load(written("1", value))
    assert [violation.partition(":")[0] for violation in refused.value.violations] == ["$.entries[1].forecastValue"]
    assert not any(dump(path).values())


def test_a_renamed_value_is_judged_as_an_amount_too(load: Callable[..., Any], path: Path) -> None:
    load(document(entry(wonSoFar=7.25)), crm_closed="wonSoFar")
    assert ask(path, "SELECT crm_closed, extra FROM forecast_entries") == [(Decimal("7.25"), None)]
    with pytest.raises(DocumentRefused, match=r"\$\.entries\[0\]\.wonSoFar: expected a number, got \"7\""):
        load(document(entry(wonSoFar="7")), crm_closed="wonSoFar")
