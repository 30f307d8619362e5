"""Taking a landed forecast document apart: its five lists (F13), and the many entries in pieces, none of it parsed."""

from __future__ import annotations

import mmap
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from clari_readiness.errors import DocumentRefused
from clari_readiness.model.exports import LandedDocument

LISTS: Mapping[str, str] = {
    "users": "userId",
    "fields": "fieldId",
    "timePeriods": "timePeriodId",
    "timeFrames": "timeFrameId",
}
"""List of a document -> the key of what it lists, in the list and in the entries that refer to it."""

PIECE = 512 * 1024
"""Bytes of a piece, or a little more: small enough to be decoded in the processor's cache."""

_TAIL = 1024 * 1024
"""Bytes at the end of a document, or a sixteenth of a large one, in which the end of its entries is looked for."""

_BEGIN = re.compile(rb'\s*\{\s*"entries"\s*:\s*\[')
_END = re.compile(rb'\](?=\s*(?:,\s*"(?:users|fields|timePeriods|timeFrames)"\s*:|\}\s*\Z))')
_BOUNDARY = re.compile(rb"\}(\s*),\s*\{\s*\"[A-Za-z_]")
_NOTHING = b"[]"
_MARK = b'"where the entries were"'
_MARKED = msgspec.Raw(b"[" + _MARK + b"]")
_ITEMS = msgspec.json.Decoder(list[msgspec.Raw])


class _Document(msgspec.Struct):
    entries: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    users: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    fields: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    timePeriods: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET  # noqa: N815 - Clari's name
    timeFrames: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET  # noqa: N815 - Clari's name


@dataclass(frozen=True)
class Piece:
    """Some entries that follow each other: where they stand in the file, and the position of the first of them."""

    first: int
    content: memoryview

    @property
    def text(self) -> bytes:
        """Return a copy of them, as a JSON list."""
        return b"".join((b"[", self.content, b"]"))

    def entries(self) -> list[msgspec.Raw]:
        """Return the text of each entry."""
        return _ITEMS.decode(self.text)


@dataclass(frozen=True)
class SplitDocument:
    """A document while its file is open: `envelope` is all of it but its entries, decoded.

    Where its entries end may be a guess. It is right when each piece of them can be read, the last one up to there.
    """

    path: Path
    envelope: Mapping[str, Any]
    _lists: Mapping[str, msgspec.Raw]
    _entries: memoryview
    _content: memoryview
    _guessed: bool

    def write_lists(self, directory: Path) -> dict[str, Path]:
        """Write each list but the entries to a file, and return them by name; one that is not there becomes empty.

        Each id is in a file once: of two that say different things of one, the lesser stays, whichever comes first.
        """
        files = {name: directory / f"{name}.json" for name in LISTS}
        for name, file in files.items():
            file.write_bytes(self._one_of_each(name))
        return files

    def _one_of_each(self, name: str) -> bytes | msgspec.Raw:
        ids = [each[LISTS[name]] for each in self.envelope.get(name, ())]
        if len(ids) == len(set(ids)):
            return self._lists.get(name, _NOTHING)
        kept: dict[str, bytes] = {}
        for id_, text in zip(ids, map(bytes, _ITEMS.decode(self._lists[name])), strict=True):
            kept[id_] = min(text, kept.get(id_, text))
        return b"[%b]" % b",".join(kept.values())

    def pieces(self, count: Callable[[bytes], int | None]) -> Iterator[tuple[Piece, bool]]:
        """Yield the entries piece by piece, and whether `count` knew how many there are in each.

        It returns None for what it cannot judge, and then they are counted here.
        """
        return self._pieces(count, 0, 0)

    def _pieces(self, count: Callable[[bytes], int | None], first: int, start: int) -> Iterator[tuple[Piece, bool]]:
        for end, following in self._cuts(start):
            piece = Piece(first, self._entries[start:end])
            known = count(piece.text)
            entries = _counted(piece.text) if known is None else known
            if entries is not None:
                yield piece, known is not None
                first, start = first + entries, following
            elif self._guessed:
                yield from _read_through(self._content, self.path)._pieces(count, first, start)
                return
        if start < len(self._entries):
            raise _refused(self.path, f"$.entries[{first}]: cannot be read")

    def _cuts(self, after: int) -> Iterator[tuple[int, int]]:
        """Yield where one entry seems to end and the next to begin, about once in a piece, and the end.

        `},{"x` cannot stand inside a string, whose quote would be escaped, but it can in a list inside an entry. What
        was cut there is no JSON, since more than one list is open.
        """
        while found := _BOUNDARY.search(self._entries, after + PIECE):
            after = found.end(1) + 1
            yield found.start() + 1, after
        yield len(self._entries), len(self._entries)


@contextmanager
def opened(landed: LandedDocument) -> Iterator[SplitDocument]:
    """Take a landed document apart while its file is open.

    A document that is no JSON, or is an object without a list of entries, is a DocumentRefused, raised here or by its
    pieces. Whether another list may be missing is the contract's business.
    """
    with _mapped(landed.path) as content:
        yield _guessed(content, landed.path) or _read_through(content, landed.path)


@contextmanager
def _mapped(path: Path) -> Iterator[memoryview]:
    with path.open("rb") as file:
        try:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError as error:  # an empty file cannot be mapped
            raise DocumentRefused(f"{path}: the document is empty: not even an object") from error
        # Closing the map is left to its last view: msgspec's raw members may outlive this block in a traceback.
        yield memoryview(content)


def _guessed(content: memoryview, path: Path) -> SplitDocument | None:
    """Return a document by a look at both its ends, because reading all of it twice takes long; None where that fails.

    It begins with its entries, and with a mark in place of them it is a document with all lists, the mark among its
    entries. Then only a list between that has another name, or comes again, can be taken for entries, and not be read.
    """
    begin = _BEGIN.match(content)
    end = _END.search(content, max(begin.end(), len(content) - max(_TAIL, len(content) // 16))) if begin else None
    if begin is None or end is None:
        return None
    hollow = b"".join((content[: begin.end()], _MARK, content[end.start() :]))
    with suppress(msgspec.DecodeError, DocumentRefused):
        document = msgspec.json.decode(hollow, type=_Document)
        split = _split(document, path, content, content[begin.end() : end.start()], guessed=True)
        if document.entries == _MARKED and split.envelope.keys() >= set(LISTS):
            return split
    return None


def _read_through(content: memoryview, path: Path) -> SplitDocument:
    document = _taken_apart(content, path)
    return _split(document, path, content, _list(document.entries, "entries", path)[1:-1], guessed=False)


def _split(
    document: _Document, path: Path, content: memoryview, entries: memoryview, *, guessed: bool
) -> SplitDocument:
    lists = {name: raw for name in LISTS if not isinstance(raw := getattr(document, name), msgspec.UnsetType)}
    decoded = {name: _decoded(raw, name, path) for name, raw in lists.items()}
    return SplitDocument(path, {"entries": [], **decoded}, lists, entries, content, guessed)


def _taken_apart(content: memoryview, path: Path) -> _Document:
    try:
        return msgspec.json.decode(content, type=_Document)
    except msgspec.ValidationError as error:
        raise _refused(path, f"$: {error}") from error
    except msgspec.DecodeError as error:
        raise DocumentRefused(f"{path}: the document is no JSON: {error}", way_out="export it again") from error


def _list(raw: msgspec.Raw | msgspec.UnsetType, name: str, path: Path) -> memoryview:
    if isinstance(raw, msgspec.UnsetType):
        raise _refused(path, f"$: expected the key `{name}`, which is missing")
    view = memoryview(raw)
    if bytes(view[:1]) != b"[":
        raise _refused(path, f"$.{name}: expected a list, got {bytes(view[:60]).decode(errors='replace')}")
    return view


def _decoded(raw: msgspec.Raw, name: str, path: Path) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _refused(path, f"$.{name}: {error}") from error


def _counted(text: bytes) -> int | None:
    """Return how many entries a list holds; None when it was cut inside an entry."""
    try:
        return len(_ITEMS.decode(text))
    except msgspec.DecodeError:
        return None


def _refused(path: Path, violation: str) -> DocumentRefused:
    return DocumentRefused(f"{path}: {violation}", violations=(violation,), way_out="look at the landed file")
