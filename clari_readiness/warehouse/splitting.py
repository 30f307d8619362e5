"""Taking a landed forecast document apart: each of its five lists (F13) to a file of its own, without parsing them.

The entries go to several files, because one JSON array is read by one thread only.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from clari_readiness.errors import DocumentRefused
from clari_readiness.model.exports import LandedDocument

LISTS = ("users", "fields", "timePeriods", "timeFrames")
_PART = 16 * 1024 * 1024
_BOUNDARY = re.compile(rb"\}(\s*),\s*\{\s*\"[A-Za-z_]")
_NOTHING = b"[]"


class _Document(msgspec.Struct):
    entries: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    users: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    fields: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    timePeriods: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET  # noqa: N815 - Clari's name
    timeFrames: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET  # noqa: N815 - Clari's name


@dataclass(frozen=True)
class SplitDocument:
    """The files into which a document was split, and `envelope`: the document, decoded, with its entries left out."""

    entries: tuple[Path, ...]
    lists: Mapping[str, Path]
    envelope: Mapping[str, Any]
    empty: bool


def split(landed: LandedDocument, directory: Path, *, parts: int) -> SplitDocument:
    """Write the five lists of a landed document to `directory`, the entries to at most so many `parts`.

    A part that is no JSON was cut inside an entry, and it takes one part then: whoever reads the parts finds that out.

    A document that is no JSON, or is an object without a list of entries, is a DocumentRefused. A list that is not
    there becomes an empty file of its own; whether it may be missing is the contract's business.
    """
    with _mapped(landed.path) as content:
        document = _taken_apart(content, landed.path)
        entries = _list(document.entries, "entries", landed.path)
        empty = not memoryview(entries)[1:-1].tobytes().strip() if len(entries) < 1024 else False
        files = _write_parts(entries, directory, parts)
        lists, envelope = {}, {"entries": list[Any]()}
        for name in LISTS:
            raw = getattr(document, name)
            lists[name] = directory / f"{name}.json"
            lists[name].write_bytes(_NOTHING if raw is msgspec.UNSET else raw)
            if raw is not msgspec.UNSET:
                envelope[name] = _decoded(raw, name, landed.path)
    return SplitDocument(files, lists, envelope, empty)


@contextmanager
def _mapped(path: Path) -> Iterator[memoryview]:
    with path.open("rb") as file:
        try:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError as error:  # an empty file cannot be mapped
            raise DocumentRefused(f"{path}: the document is empty: not even an object") from error
        # Closing the map is left to its last view: msgspec's raw members may outlive this block in a traceback.
        yield memoryview(content)


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


def _refused(path: Path, violation: str) -> DocumentRefused:
    return DocumentRefused(f"{path}: {violation}", violations=(violation,), way_out="look at the landed file")


def _write_parts(entries: memoryview, directory: Path, parts: int) -> tuple[Path, ...]:
    """Write the list of entries as several lists, side by side."""
    cuts = list(_cuts(entries, min(parts, len(entries) // _PART + 1)))
    files = tuple(directory / f"entries-{number}.json" for number in range(len(cuts) + 1))
    starts = [0, *(after for _, after in cuts)]
    ends = [*(before for before, _ in cuts), len(entries)]

    def write(file: Path, start: int, end: int) -> None:
        _write(file, entries[start:end], first=start == 0, last=end == len(entries))

    with ThreadPoolExecutor(max_workers=len(files)) as pool:
        list(pool.map(write, files, starts, ends))  # the list is what raises when a disk is full
    return files


def _cuts(entries: memoryview, parts: int) -> Iterator[tuple[int, int]]:
    """Yield where one entry ends and where the next begins, near each of the places that make equal parts.

    `},{"x` cannot stand inside a string, whose quote would be escaped, but it can in a list inside an entry. Both parts
    are no JSON then, since more than one list is open there.
    """
    for number in range(1, parts):
        found = _BOUNDARY.search(entries, len(entries) * number // parts)
        if found:
            yield found.start() + 1, found.end(1) + 1


def _write(file: Path, part: memoryview, *, first: bool, last: bool) -> None:
    with file.open("wb") as out:
        out.write(b"" if first else b"[")
        out.write(part)
        out.write(b"" if last else b"]")
