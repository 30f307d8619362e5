"""Pseudonyms are stable, tell nothing, and let sums and swings hold."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from clari_readiness.scrubbing import Pseudonyms

OURS, OTHERS = Pseudonyms(b"k" * 32), Pseudonyms(b"l" * 32)
AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**13), max_value=10**13)


def test_the_same_key_says_the_same_and_another_key_something_else() -> None:
    again = Pseudonyms(b"k" * 32)
    for kind in ("id", "name", "email", "text", "ip", "host"):
        say, other = getattr(OURS, kind), getattr(OTHERS, kind)
        assert say("ada@acme.com") == getattr(again, kind)("ada@acme.com") != other("ada@acme.com")
        assert say("ada@acme.com") != say("bob@acme.com")
    assert (again.factor, again.salt()) == (OURS.factor, OURS.salt())


def test_a_user_in_a_role_is_made_of_the_user_and_the_role() -> None:
    user, role = OURS.id("280600:00EB2E5AD7F0").split(":")
    assert (user, role) == (OURS.id("280600"), OURS.id("00EB2E5AD7F0"))
    assert OURS.id("1905::MGR").split(":")[1] == ""


def test_an_id_is_the_same_as_a_number_and_as_text_and_exact_in_a_float() -> None:
    assert str(OURS.number(4711)) == OURS.id("4711")
    assert OURS.number(-4711) == -OURS.number(4711)
    assert int(float(OURS.number(4711))) == OURS.number(4711) > 0


def test_what_is_empty_stays_empty() -> None:
    assert [getattr(OURS, kind)("") for kind in ("id", "name", "email", "text", "ip")] == [""] * 5


def test_an_address_stays_one_and_what_was_none_stays_none() -> None:
    assert OURS.email("Ada@Acme.com") == OURS.email("ada@acme.com")
    assert OURS.email("ada@acme.com").endswith("@example.invalid")
    for wrong in ("n/a", "ada@", "@acme.com", "ada @acme.com", "a@b@c"):
        assert "@" not in OURS.email(wrong), wrong


def test_the_key_is_not_shown() -> None:
    assert "kkk" not in repr(OURS)
    assert OURS.salt() != b"k" * 16


@given(st.lists(AMOUNTS, max_size=20))
def test_law_the_sum_of_what_is_recorded_is_the_sum_of_what_came_times_a_whole_number(amounts: list[Decimal]) -> None:
    """sum(f(a)) == factor * sum(a), to the last digit, and f(a) has the cents that a has."""
    recorded = [OURS.amount(amount) for amount in amounts]
    assert sum(map(Fraction, recorded)) == OURS.factor * sum(map(Fraction, amounts))
    assert [Decimal(each).as_tuple().exponent for each in recorded] == [each.as_tuple().exponent for each in amounts]
    assert isinstance(OURS.factor, int)
    assert 11 <= OURS.factor <= 99


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_law_no_amount_is_rounded_however_many_digits_it_has(amount: Decimal) -> None:
    """f(a) / factor == a for any decimal that JSON can hold."""
    assert Fraction(OURS.amount(amount)) == OURS.factor * Fraction(amount)


def test_whole_amounts_stay_whole() -> None:
    assert OURS.amount(3) == 3 * OURS.factor
    assert json.dumps(OURS.amount(10**30)) == str(OURS.factor * 10**30)
