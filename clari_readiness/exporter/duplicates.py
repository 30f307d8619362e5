"""Entries of one document that have the same key and say different things: which, and what each of them says."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import msgspec

MOST = 100
"""How many conflicting keys of a document are told at most."""

_KEYS = ("fieldId", "timePeriodId", "timeFrameId", "userId")


class _Key(msgspec.Struct, frozen=True):
    fieldId: str  # noqa: N815 - Clari's name, as are the next three
    timePeriodId: str  # noqa: N815
    timeFrameId: str  # noqa: N815
    userId: str  # noqa: N815
    currency: msgspec.Raw = msgspec.Raw()


class _Document(msgspec.Struct):
    entries: list[msgspec.Raw]


def conflicts(landed: Path) -> tuple[str, ...]:
    """Return a line for each entry of a landed document whose key comes again with other content.

    It reads the document whole, so it is for documents that are known to hold such entries: they are rare.
    """
    entries = msgspec.json.decode(landed.read_bytes(), type=_Document).entries
    places: defaultdict[int, list[int]] = defaultdict(list)
    for position, entry in enumerate(entries):
        places[hash(_key(entry))].append(position)
    told: list[str] = []
    for positions in places.values():
        if len(positions) > 1:
            told += _differing({position: bytes(entries[position]) for position in positions})
        if len(told) >= MOST:
            break
    return tuple(told[:MOST])


def _key(entry: msgspec.Raw) -> tuple[str, ...]:
    key = msgspec.json.decode(entry, type=_Key)
    currency = msgspec.json.decode(key.currency) if bytes(key.currency) else None
    code = currency.get("code", "") if isinstance(currency, dict) else ""
    return *(getattr(key, name) for name in _KEYS), code


def _differing(entries: dict[int, bytes]) -> list[str]:
    """Return a line for each entry; none when all say the same, whatever the order of their keys."""
    said = {position: json.dumps(json.loads(entry), sort_keys=True) for position, entry in entries.items()}
    if len(set(said.values())) == 1:
        return []
    first = min(said)
    return [f"$.entries[{position}]: has the key of $.entries[{first}]: {text}" for position, text in said.items()]
