"""Documents are taken apart by a look at both their ends: whatever they are like, as if they were read through."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clari_readiness.errors import DocumentRefused
from clari_readiness.model.exports import LandedDocument
from clari_readiness.warehouse import splitting
from clari_readiness.warehouse.splitting import LISTS
from tests.strategies import encode

_ALL = (*LISTS, "entries")
_TEXTS = st.sampled_from(["a", "entries", '"entries":[', '}],"users":[', '},{"a', "users"])
_ITEMS = st.one_of(
    st.dictionaries(_TEXTS, st.recursive(_TEXTS, lambda inner: st.lists(inner, max_size=2), max_leaves=3), max_size=2),
    st.dictionaries(st.sampled_from(_ALL), st.lists(st.just({}), max_size=2), max_size=3),
    st.integers(0, 9),
)
_LISTS_OF_ALL = st.permutations([*LISTS]).map(tuple)
_KEYS = st.one_of(
    _LISTS_OF_ALL,
    st.builds(
        lambda all_, more: (*all_, *more), _LISTS_OF_ALL, st.lists(st.sampled_from((*_ALL, "other")), max_size=2)
    ),
    st.lists(st.sampled_from((*_ALL, "other", 'x"entries')), max_size=7).map(tuple),
).flatmap(lambda keys: st.just(("entries", *keys)) | st.permutations(keys))


@st.composite
def _documents(draw: st.DrawFn) -> bytes:
    """Draw an object whose members are lists, in any order, some twice or with other names; at times a byte is lost."""
    members = [
        encode(key) + draw(st.sampled_from([b":", b" : "])) + encode(draw(st.lists(_ITEMS, max_size=4)))
        for key in draw(_KEYS)
    ]
    text = b"{" + b",".join(members) + b"}"
    lost = draw(st.none() | st.integers(0, len(text) - 1))
    return text if lost is None else text[:lost] + text[lost + 1 :]


def _read(path: Path) -> Any:
    """The lists and the entries of a document; None where it is refused."""
    landed = LandedDocument(path, path.stat().st_size, "")
    try:
        with splitting.opened(landed) as document:
            entries = [bytes(each) for piece, _ in document.pieces(lambda _: None) for each in piece.entries()]
            return document.envelope, entries
    except DocumentRefused:
        return None


@given(_documents(), st.integers(1, 60) | st.just(1000))
@example(
    b'{"entries":[{"a":1},{"a":2}],"other":[{"a":3}],"users":[],"fields":[],"timePeriods":[],"timeFrames":[]}', 1000
)
@example(b'{"entries":[1],"users":[1],"users":[2],"fields":[],"timePeriods":[],"timeFrames":[]}', 1000)
@example(b'{"entries":[1],"users":[],"fields":[],"timePeriods":[],"timeFrames":[],"entries":[]}', 1000)
@example(b'{"x\\"entries":[1],"users":[],"fields":[],"timePeriods":[],"timeFrames":[],"entries":[]}', 1000)
@example(b'{"entries":[{"a":[1],"users":[]}],"users":[],"fields":[],"timePeriods":[],"timeFrames":[]}', 1000)
@example(b'{"entries":[1],"users":[1],"fields":[],"timePeriods":[],"timeFrames":[]}', 50)
@example(b'{"users":[],"fields":[],"timePeriods":[],"timeFrames":[],"entries":[],"users":[],"users":[{}]}', 1)
def test_law_a_guess_finds_what_reading_through_finds(
    tmp_path_factory: pytest.TempPathFactory, text: bytes, tail: int
) -> None:
    """Law: the same lists and entries, or a refusal, whether the end of the entries was guessed or not."""
    path = tmp_path_factory.mktemp("document") / "landed.json"
    path.write_bytes(text)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(splitting, "PIECE", 8)
        patched.setattr(splitting, "_TAIL", tail)
        guessed = _read(path)
        patched.setattr(splitting, "_guessed", lambda _content, _path: None)
        assert guessed == _read(path)


def test_a_document_as_clari_sends_it_is_not_read_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "landed.json"
    path.write_bytes(encode({"entries": [{"a": 1}], **{key: [] for key in LISTS}}))
    monkeypatch.delattr(splitting, "_read_through")
    assert _read(path) == ({key: [] for key in _ALL}, [b'{"a":1}'])
