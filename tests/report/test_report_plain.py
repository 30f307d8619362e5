from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clari_readiness.report.plain import plain


@pytest.mark.parametrize(
    ("foreign", "shown"),
    [
        ("\x1b[2J\x1b]0;title\x07", r"\x1b[2J\x1b]0;title\x07"),
        ("safe\x9b31m", r"safe\x9b31m"),
        ("abc\u202ecba", r"abc\u202ecba"),
        ("a\u2066b\u2069", r"a\u2066b\u2069"),
        ("line\u2028separator", r"line\u2028separator"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("half \ud83d", r"half \ud83d"),
        ("nul\x00", r"nul\x00"),
        ("over\rwritten", r"over\x0dwritten"),
        ("two\r\nlines", "two\nlines"),
        ("a\ttab", "a tab"),
    ],
)
def test_what_steers_or_hides_is_shown_as_what_it_is(foreign: str, shown: str) -> None:
    assert plain(foreign) == shown


@pytest.mark.parametrize(
    "name", ["Ada Lovelace", "Zoë", "李雷", "مريم", "נועה", "👩‍👩‍👧", "می‌خواهم", "=1+1", "O'Brien", "<b>"]
)
def test_names_of_every_script_stay_as_they_are(name: str) -> None:
    assert plain(name) == name


@given(st.text(alphabet=st.characters()))
def test_nothing_that_steers_a_terminal_is_left(text: str) -> None:
    """Law: no control but the line end, no separator, no surrogate comes out, whatever goes in."""
    left = {unicodedata.category(character) for character in plain(text).replace("\n", "")}
    assert not left & {"Cc", "Cs", "Zl", "Zp"}


@given(st.text(alphabet=st.characters()))
def test_what_is_harmless_stays_harmless(text: str) -> None:
    """Law: plain(plain(t)) == plain(t), so that it does not matter who was careful first."""
    assert plain(plain(text)) == plain(text)
