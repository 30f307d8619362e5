"""Which entries need no second look: those that msgspec decodes as what Clari usually sends.

A plain entry holds only keys that have a column, each with a value of its type, and refers only to users, fields,
periods and weeks that the document lists. Everything else may be right too, and is looked at one by one. This is a
filter and no contract: it must accept less than the contract does, and accept what Clari usually sends.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec

from clari_readiness.model.exports import AMOUNTS
from clari_readiness.warehouse.splitting import LISTS

KEYS: Mapping[str, str] = {
    "field_id": "fieldId",
    "time_period_id": "timePeriodId",
    "time_frame_id": "timeFrameId",
    "user_id": "userId",
}
LISTED: Mapping[str, str] = {key: name for name, key in LISTS.items()}
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


_CODE = re.compile(r"[A-Z]{3}")


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
        self._any = _decoder(shape.amounts, listed, str)
        self._usual = _decoder({}, listed, None)
        self._codes: frozenset[str] = frozenset()
        self.amounts_seen: frozenset[str] = frozenset()

    def count(self, text: bytes) -> int | None:
        """Return how many entries a JSON list holds; None when any of them needs a second look."""
        entries = _decoded(self._usual, text)
        if entries is None:
            entries = _decoded(self._any, text)
            if entries is None or not self._learnt(text, entries):
                return None
        return len(entries)

    def _learnt(self, text: bytes, entries: list[Any]) -> bool:
        """Take in the keys and currencies of a list, null being no absent key (F13), unless one is no currency."""
        codes = self._codes | {each.currency.code for each in entries if each.currency}
        if not all(_CODE.fullmatch(code) for code in codes):
            return False
        keys = {key for entry in _KEYS_OF.decode(text) for key in entry}
        self._codes = codes
        self.amounts_seen |= keys & frozenset(self._shape.amounts.values())
        seen = {column: key for column, key in self._shape.amounts.items() if key in self.amounts_seen}
        self._usual = _decoder(seen, self._listed, Literal[tuple(sorted(codes))] if codes else None)
        return True


def listed_in(envelope: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """Return the ids that a document lists, by the key under which entries refer to them."""
    return {key: frozenset(each[key] for each in envelope.get(name, ())) for key, name in LISTED.items()}


def _decoder(amounts: Mapping[str, str], listed: Listed, code: Any) -> msgspec.json.Decoder[list[Any]] | None:
    """Return a decoder of entries with these amounts, and currencies of a type, if any.

    None comes back where there is nothing that an entry could refer to.
    """
    if not all(listed.values()):
        return None
    # One of a few known texts is looked up instead of being made, which is most of what makes it fast.
    required = [(column, Literal[tuple(listed[key])]) for column, key in KEYS.items()]
    typed: dict[str, tuple[Any, Any]] = {
        **dict.fromkeys(amounts, (float | None, None)),
        **dict.fromkeys(PEOPLE, (str | _Number | None, None)),
        **dict.fromkeys(MOMENTS, (_Number | None, None)),
        "is_updated": (bool, False),
    }
    if code is not None:
        currency = msgspec.defstruct(
            "Currency", [("code", code), ("symbol", str | None, None)], forbid_unknown_fields=True, gc=False
        )
        typed["currency"] = (currency, None)
    # In the order in which Clari sends them, or each key would be looked for among all.
    optional = [(column, *typed[column]) for column in sorted(typed, key=_SENT.index)]
    named = {**KEYS, **amounts, **PEOPLE, **MOMENTS, "is_updated": FLAG, "currency": CURRENCY}
    entry = msgspec.defstruct("Entry", [*required, *optional], rename=named, forbid_unknown_fields=True, gc=False)
    entries: Any = list[entry]  # type: ignore[valid-type]
    return msgspec.json.Decoder(entries)


def _decoded(decoder: msgspec.json.Decoder[list[Any]] | None, text: bytes) -> list[Any] | None:
    if decoder is None:
        return None
    try:
        return decoder.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
