"""Which entries need no second look: those that msgspec decodes as what Clari usually sends.

A plain entry holds only keys that have a column, each with a value of its type, and refers only to users, fields,
periods and weeks that the document lists. Everything else may be right too, and is looked at one by one. This is a
filter and no contract: it must accept less than the contract does, and accept what Clari usually sends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec

from clari_readiness.model.exports import AMOUNTS

KEYS: Mapping[str, str] = {
    "field_id": "fieldId",
    "time_period_id": "timePeriodId",
    "time_frame_id": "timeFrameId",
    "user_id": "userId",
}
LISTED: Mapping[str, str] = {
    "fieldId": "fields",
    "timePeriodId": "timePeriods",
    "timeFrameId": "timeFrames",
    "userId": "users",
}
"""Key of an entry -> the list of the document that holds what it refers to, under the same key."""

PEOPLE: Mapping[str, str] = {"updated_by": "updatedBy", "adjusted_by": "adjustedBy"}
MOMENTS: Mapping[str, str] = {"updated_at": "updatedOn", "adjusted_at": "adjustedOn"}
FLAG = "isUpdated"
CURRENCY = "currency"
LATEST = 10**15
"""Epoch ms. What is later is no moment."""

_Number = Annotated[int, msgspec.Meta(ge=0, le=LATEST)]
Listed = Mapping[str, frozenset[str]]
"""Key of an entry -> the ids that the document lists, to one of which it refers."""

_SENT = (
    "forecast_amount",
    "is_updated",
    "updated_by",
    "updated_at",
    "quota_amount",
    "adjustment_amount",
    "adjusted_by",
    "adjusted_at",
    "crm_total",
    "crm_closed",
    "currency",
)
"""The columns whose keys may be absent, in the order in which the entries have them (F13)."""

_KEYS_OF = msgspec.json.Decoder(list[dict[str, msgspec.Raw]])


class _Currency(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    code: str
    symbol: str | None = None


@dataclass(frozen=True)
class EntryShape:
    """The keys of an entry: `amounts` is column -> key, which settings may change (F13)."""

    amounts: Mapping[str, str]

    @classmethod
    def of(cls, value_names: Mapping[str, str]) -> EntryShape:
        """Return the shape under which each type of `value_names` has the key given there, and the others ours."""
        return cls({column: value_names.get(kind, key) for kind, (key, column) in AMOUNTS.items()})

    @property
    def known(self) -> frozenset[str]:
        """Return every key that has a column."""
        amounts = self.amounts.values()
        return frozenset((*KEYS.values(), *amounts, *PEOPLE.values(), *MOMENTS.values(), FLAG, CURRENCY))


class PlainEntries:
    """Tells plain entries of one document, given the ids that it lists, and notes which keys of amounts they have."""

    def __init__(self, shape: EntryShape, listed: Listed) -> None:
        self._shape = shape
        self._listed = listed
        self._any = _decoder(shape.amounts, listed)
        self._usual = _decoder({}, listed)
        self.amounts_seen: frozenset[str] = frozenset()

    def count(self, text: bytes) -> int | None:
        """Return how many entries a JSON list holds; None when any of them needs a second look."""
        count = _count(self._usual, text)
        if count is None and (count := _count(self._any, text)) is not None:
            self._learn(text)
        return count

    def _learn(self, text: bytes) -> None:
        """Take in the keys of a list that has more of them than those before; null is no absent key (F13)."""
        keys = {key for entry in _KEYS_OF.decode(text) for key in entry}
        self.amounts_seen |= keys & frozenset(self._shape.amounts.values())
        seen = {column: key for column, key in self._shape.amounts.items() if key in self.amounts_seen}
        self._usual = _decoder(seen, self._listed)


def listed_in(envelope: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """Return the ids that a document lists, by the key under which entries refer to them."""
    return {key: frozenset(each[key] for each in envelope.get(name, ())) for key, name in LISTED.items()}


def _decoder(amounts: Mapping[str, str], listed: Listed) -> msgspec.json.Decoder[list[Any]] | None:
    """Return a decoder of entries with these amounts; None where there is nothing that an entry could refer to."""
    if not all(listed.values()):
        return None
    # One of a few known texts is looked up instead of being made, which is most of what makes it fast.
    required = [(column, Literal[tuple(listed[key])]) for column, key in KEYS.items()]
    typed = {
        **dict.fromkeys(amounts, (float | None, None)),
        **dict.fromkeys(PEOPLE, (str | _Number | None, None)),
        **dict.fromkeys(MOMENTS, (_Number | None, None)),
        "is_updated": (bool, False),
        "currency": (_Currency, None),
    }
    # In the order in which Clari sends them, or each key would be looked for among all.
    optional = [(column, *typed[column]) for column in sorted(typed, key=_SENT.index)]
    named = {**KEYS, **amounts, **PEOPLE, **MOMENTS, "is_updated": FLAG, "currency": CURRENCY}
    entry = msgspec.defstruct("Entry", [*required, *optional], rename=named, forbid_unknown_fields=True, gc=False)
    entries: Any = list[entry]  # type: ignore[valid-type]
    return msgspec.json.Decoder(entries)


def _count(decoder: msgspec.json.Decoder[list[Any]] | None, text: bytes) -> int | None:
    if decoder is None:
        return None
    try:
        return len(decoder.decode(text))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
