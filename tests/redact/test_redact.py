from __future__ import annotations

import base64
import html
import json
import re
from collections import namedtuple
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clari_readiness.redact import SHORT, Redactor, variants, without_credentials

KEY = "cl4ri+live/0123456789=abc?"
ascii_text = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)
secrets = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=SHORT, max_size=60)
any_secret = st.text(st.characters(exclude_categories=["Cs"]), min_size=SHORT, max_size=20)
around = st.binary(max_size=9)


def lower_hex(text: str) -> str:
    return re.sub("%..", lambda match: match[0].lower(), text)


ENCODINGS = [
    str,
    lambda text: quote(text, safe=""),
    quote,
    quote_plus,
    lambda text: lower_hex(quote_plus(text)),
    lambda text: lower_hex(quote(text, safe="")),
    json.dumps,
    lambda text: json.dumps(text, ensure_ascii=False),
    lambda text: json.dumps(text).replace("/", "\\/"),
    html.escape,
    lambda text: base64.b64encode(text.encode()).decode(),
    lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
]


@given(secrets, ascii_text, ascii_text, st.sampled_from(ENCODINGS))
@example("]abcdef", "x", "abcdef", str)
@example("][redac", "][redac", "][redac", str)
@example("redacted", "", "", str)
@example("[]<>{}()##||~~", "", "##||~~", str)
def test_no_variant_survives_in_any_text_in_any_encoding(secret: str, before: str, after: str, encode: Any) -> None:
    """Law: whatever stands around a secret and however the whole is encoded, no variant of it is left."""
    redacted = Redactor([secret]).text(encode(before + secret + after)).encode()
    assert [one for one in variants(secret) if one in redacted] == []


@given(any_secret, ascii_text, ascii_text, st.sampled_from(ENCODINGS))
def test_a_secret_of_any_characters_is_found_in_every_encoding(
    secret: str, before: str, after: str, encode: Any
) -> None:
    """Law: the text changes, for the secret is in it."""
    encoded = encode(before + secret + after)
    assert Redactor([secret]).text(encoded) != encoded


@given(
    secrets, around, around, st.sampled_from([base64.b64encode, base64.urlsafe_b64encode]), st.sampled_from([b"", b"="])
)
def test_a_secret_inside_of_longer_base64_is_found_at_every_alignment(
    secret: str, before: bytes, after: bytes, encode: Any, stripped: bytes
) -> None:
    """Law: with any bytes before and after it, the base64 of the whole is redacted."""
    encoded = encode(before + secret.encode() + after)
    encoded = encoded.rstrip(stripped) if stripped else encoded
    redacted = Redactor([secret]).raw(encoded)
    assert redacted != encoded
    assert [one for one in variants(secret) if one in redacted] == []


@given(st.lists(secrets, min_size=1, max_size=4), st.lists(ascii_text, min_size=1, max_size=6))
def test_several_secrets_in_one_text_all_go(several: list[str], between: list[str]) -> None:
    """Law: also when one secret is a part of another, none is left."""
    text = "".join(gap + secret for gap in between for secret in several)
    redacted = Redactor(several).text(text).encode()
    assert [one for secret in several for one in variants(secret) if one in redacted] == []


@given(secrets, ascii_text)
def test_redacting_twice_is_redacting_once(secret: str, text: str) -> None:
    """Law: what was redacted stays as it is."""
    redactor = Redactor([secret])
    once = redactor.text(text + secret + text)
    assert redactor.text(once) == once


@given(secrets, ascii_text)
def test_bytes_and_text_are_redacted_alike(secret: str, text: str) -> None:
    """Law: raw does to the bytes of a text what text does to it."""
    redactor, whole = Redactor([secret]), text + secret + text
    assert redactor.raw(whole.encode()) == redactor.text(whole).encode()


@given(ascii_text)
def test_a_text_without_secrets_comes_back_as_the_same_object(text: str) -> None:
    """Law: nothing is touched that holds no secret."""
    assert Redactor(["\x00never in this text"]).text(text) is text


def test_the_replacement_says_that_something_was_there() -> None:
    assert Redactor([KEY]).text(f"apikey: {KEY}; user 4711") == "apikey: [redacted]; user 4711"


def test_basic_authentication_with_the_key_as_password_is_found() -> None:
    header = b"Basic " + base64.b64encode(b"user:" + KEY.encode())
    redacted = Redactor([KEY]).raw(header)
    assert redacted.startswith(b"Basic ")
    assert b"[redacted]" in redacted


def test_data_is_redacted_however_deep_and_in_keys_too() -> None:
    seen = {"headers": [{KEY: "x"}, ("a", KEY.encode(), {KEY}, frozenset([KEY]))], "n": 7, "none": None, "yes": True}
    redacted = Redactor([KEY]).data(seen)
    assert KEY not in repr(redacted)
    assert redacted == {
        "headers": [{"[redacted]": "x"}, ("a", b"[redacted]", {"[redacted]"}, frozenset(["[redacted]"]))],
        "n": 7,
        "none": None,
        "yes": True,
    }


def test_the_data_given_is_not_changed() -> None:
    seen = {"headers": [KEY]}
    Redactor([KEY]).data(seen)
    assert seen == {"headers": [KEY]}


def test_two_secret_keys_of_one_mapping_do_not_become_one() -> None:
    encoded = base64.b64encode(KEY.encode()).decode()
    assert sorted(Redactor([KEY]).data({KEY: 1, encoded: 2, "c": 3}).values()) == [1, 2, 3]


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Seen:
    label: str
    colour: Colour
    inner: tuple[Any, ...]


Pair = namedtuple("Pair", ["one", "two"])  # noqa: PYI024 - what libraries hand over is like this


def test_values_keep_their_types() -> None:
    seen = Seen(KEY, Colour.RED, (Path("landing") / "cl4ri-token-9", Pair("a", "cl4ri-token-9"), Colour.RED))
    redacted = Redactor([KEY, "cl4ri-token-9"]).data(seen)
    assert redacted == Seen("[redacted]", Colour.RED, (Path("landing/[redacted]"), Pair("a", "[redacted]"), Colour.RED))
    assert redacted.colour is Colour.RED


def test_a_key_of_digits_is_found_in_numbers() -> None:
    assert Redactor(["1234567890"]).data({"key": 1234567890, "amount": 12}) == {"key": "[redacted]", "amount": 12}


def test_a_short_secret_goes_where_it_stands_alone_and_leaves_words_whole() -> None:
    assert Redactor(["abc"]).text("key=abc, abc. abcde xabc") == "key=[redacted], [redacted]. abcde xabc"


def test_a_short_secret_that_comes_to_stand_alone_goes_too() -> None:
    assert Redactor(["cl4ri0123456789", "abc"]).text("x cl4ri0123456789abc") == "x [redacted][redacted]"


def test_a_replacement_and_its_neighbour_never_look_like_a_secret() -> None:
    assert Redactor(["]abcdef"]).text("]abcdefabcdef") == "<redacted>abcdef"
    assert Redactor(["redacted"]).text("it was redacted") == "it was [hidden]"


@pytest.mark.parametrize("none", [[], [""], ["", ""]])
def test_without_secrets_nothing_changes(none: list[str]) -> None:
    redactor = Redactor(none)
    assert redactor.data({"a": ["b", b"c"]}) == {"a": ["b", b"c"]}
    assert variants("") == frozenset()


def test_a_redactor_does_not_show_what_it_looks_for() -> None:
    assert KEY not in repr(Redactor([KEY]))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:pass@api.clari.com/v4", "https://api.clari.com/v4"),
        ("snowflake://u:p@account/db?token=abc&role=x", "snowflake://account/db?token=...&role=..."),
        ("https://api.clari.com:8443/v4/", "https://api.clari.com:8443/v4/"),
        ("duckdb:///warehouse.duckdb", "duckdb:///warehouse.duckdb"),
        ("https://host/path?abc#def", "https://host/path?..."),
        ("https://[half/secret", "[an address that cannot be read]"),
    ],
)
def test_an_address_is_shown_without_user_password_and_values(url: str, shown: str) -> None:
    assert without_credentials(url) == shown
