from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clari_readiness.errors import DocumentRefused
from tests.strategies import encode
from tests.warehouse.documents import document, entry, snapshot
from tests.warehouse.shelf import Shelf

pytestmark = pytest.mark.database

EXACT = Context(prec=2_000, rounding=ROUND_HALF_UP)
CENT = Decimal("0.01")
TOO_LARGE = Decimal(10) ** 13

_DIGITS = st.from_regex(r"(0|[1-9][0-9]{0,24})", fullmatch=True)
_NEAR_HALF_A_CENT = st.from_regex(r"(0|[1-9][0-9]{0,9})[0-9]{2}(5|49{1,12}|50{1,12}1)", fullmatch=True)
_EXPONENTS = st.none() | st.integers(-25, 12) | st.sampled_from([-400, 13, 400])
_SHAPES = st.tuples(
    st.sampled_from(["", "-"]),
    st.one_of(_NEAR_HALF_A_CENT, _DIGITS),
    st.integers(0, 30),  # how many of the digits stand behind the point
    st.integers(0, 3),  # and so many zeros more
    _EXPONENTS,
    st.sampled_from(["e", "E"]),
    st.sampled_from(["", "+"]),
)


def _in_json(shape: tuple[str, str, int, int, int | None, str, str]) -> str:
    """Write a number as JSON's grammar allows: sign, digits, fraction, exponent, and zeros that say nothing."""
    sign, digits, behind, zeros, exponent, letter, plus = shape
    padded = digits.rjust(behind + 1, "0")
    whole, fraction = padded[: len(padded) - behind].lstrip("0") or "0", padded[len(padded) - behind :] + "0" * zeros
    text = f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"
    return text if exponent is None else f"{text}{letter}{'' if exponent < 0 else plus}{exponent}"


numbers = _SHAPES.map(_in_json)
fitting = numbers.filter(lambda text: in_cents(text) is not None)
too_large = st.sampled_from(["1e13", "-1e400", "9999999999999.995", "-9999999999999995e-3"]) | st.builds(
    "{}{}{}".format, st.sampled_from(["", "-"]), st.integers(10**13, 10**30), st.sampled_from(["", ".00", "e2", "E+0"])
)


def in_cents(text: str) -> Decimal | None:
    """Return what the warehouse must hold: the text rounded half up, or None where that has more than 13 digits."""
    exact = EXACT.create_decimal(text)
    if abs(exact) >= TOO_LARGE:
        return None
    cents = exact.quantize(CENT, context=EXACT)
    return cents if abs(cents) < TOO_LARGE else None


def written(texts: list[str]) -> str:
    """A document with these numbers, digit by digit, as the forecasts of users 1:A, 2:A, ..."""
    entries = [entry(f"{number}:A", forecastValue=f"@{number}@") for number in range(1, len(texts) + 1)]
    return re.sub(r'"@(\d+)@"', lambda found: texts[int(found[1]) - 1], encode(document(*entries)).decode())


@given(st.lists(fitting, min_size=1, max_size=20))
@example(["0.005", "-0.005", "0.004999999999999999999", "1e3", "1.5E+2", "125e-2", "-0", "0e400", "9999999999999.99"])
def test_law_any_amount_is_its_text_rounded_half_up(shelf: Shelf, texts: list[str]) -> None:
    """Law: however JSON writes it, the warehouse holds the number to the cent; a third decimal is counted.

    Only one that not even a double can tell from the cent may go uncounted.
    """
    shelf.clear()
    loaded = shelf.load(written(texts), snapshot())
    found = dict(shelf.ask("SELECT user_id, forecast_amount FROM forecast_entries"))
    assert found == {f"{number}:A": in_cents(text) for number, text in enumerate(texts, 1)}
    odd = [text for text in texts if in_cents(text) != EXACT.create_decimal(text)]
    assert sum(float(text) != float(in_cents(text) or 0) for text in odd) <= loaded.rounded <= len(odd)


@given(st.lists(numbers, max_size=6), too_large, st.lists(numbers, max_size=6))
@example(["1"], "9999999999999.995", ["2"])
def test_law_an_amount_that_does_not_fit_is_refused_at_its_place_and_nothing_is_loaded(
    shelf: Shelf, before: list[str], large: str, after: list[str]
) -> None:
    """Law: never cut, never NULL: each amount of more than 13 digits before the point is named, and nothing changes."""
    shelf.clear()
    texts = [*before, large, *after]
    with pytest.raises(DocumentRefused) as refused:
        shelf.load(written(texts), snapshot())
    assert [violation.partition(": ")[0] for violation in refused.value.violations] == [
        f"$.entries[{position}].forecastValue" for position, text in enumerate(texts) if in_cents(text) is None
    ]
    assert not any(shelf.dump().values())
