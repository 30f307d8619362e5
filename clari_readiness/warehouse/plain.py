"""Which entries need no second look, as one pattern over their text.

An entry that the pattern accepts holds only keys that have a column, and new ones that were seen in a sample of the
document. Each has a value of its type, each number is short enough to survive a double unchanged (at most 15 digits),
each text is free of escapes. Everything else may be right too, and is looked at one by one. The pattern is a filter and
no contract: it must accept less than the contract does, and accept what Clari usually sends.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from clari_readiness.model.exports import AMOUNTS

KEYS: Mapping[str, str] = {
    "field_id": "fieldId",
    "time_period_id": "timePeriodId",
    "time_frame_id": "timeFrameId",
    "user_id": "userId",
}
PEOPLE: Mapping[str, str] = {"updated_by": "updatedBy", "adjusted_by": "adjustedBy"}
MOMENTS: Mapping[str, str] = {"updated_at": "updatedOn", "adjusted_at": "adjustedOn"}
FLAG = "isUpdated"
CURRENCY = "currency"

_SPACE = r"[ \t\r\n]*"
_TEXT = r'"[^"\\]+"'
_ANY_TEXT = r'"[^"\\]*"'
_CENTS = r"null|-?[0-9]{1,13}(?:\.[0-9]{1,2})?"
_AMOUNT = r"null|-?[0-9][0-9.]{0,15}"  # more decimals than two, too: they are rounded, and counted
_MOMENT = r"null|[0-9]{1,15}"
_PERSON = rf"null|[0-9]{{1,15}}|{_ANY_TEXT}"
_FLAG = r"true|false"
_CURRENCY = (
    rf'\{{{_SPACE}"code"{_SPACE}:{_SPACE}"[A-Z]{{3}}"'
    rf'(?:{_SPACE},{_SPACE}"symbol"{_SPACE}:{_SPACE}(?:null|{_ANY_TEXT}))?{_SPACE}\}}'
)
# A value of a key that has no column: its text comes back from DuckDB's JSON as it was. No deeper than one level.
_SCALAR = rf"null|true|false|0|-?[1-9][0-9]{{0,14}}|-?(?:0|[1-9][0-9]{{0,9}})\.[0-9]{{0,3}}[1-9]|{_ANY_TEXT}"
_MEMBER = rf"{_ANY_TEXT}{_SPACE}:{_SPACE}(?:{_SCALAR})"
_LIST = rf"\[{_SPACE}(?:(?:{_SCALAR})(?:{_SPACE},{_SPACE}(?:{_SCALAR}))*)?{_SPACE}\]"
_OBJECT = rf"\{{{_SPACE}(?:{_MEMBER}(?:{_SPACE},{_SPACE}{_MEMBER})*)?{_SPACE}\}}"
_NEW = rf"{_SCALAR}|{_LIST}|{_OBJECT}"
_NEW_KEY = re.compile(r"[A-Za-z0-9_$ .-]+")
_MOST_NEW_KEYS = 20


@dataclass(frozen=True)
class EntryShape:
    """The keys of an entry: `amounts` is column -> key, which settings may change (F13); `new` have no column."""

    amounts: Mapping[str, str]
    new: tuple[str, ...] = ()

    @classmethod
    def of(cls, value_names: Mapping[str, str]) -> EntryShape:
        """Return the shape under which each type of `value_names` has the key given there, and the others ours."""
        return cls({column: value_names.get(kind, key) for kind, (key, column) in AMOUNTS.items()})

    def with_new(self, keys: Iterable[str]) -> EntryShape:
        """Return the shape that has those of the keys, too, that have no column and no escapes: at most twenty."""
        new = sorted(key for key in keys if key not in self.known and _NEW_KEY.fullmatch(key))
        return replace(self, new=tuple(new[:_MOST_NEW_KEYS]))

    @property
    def known(self) -> frozenset[str]:
        """Return every key that has a column."""
        amounts = self.amounts.values()
        return frozenset((*KEYS.values(), *amounts, *PEOPLE.values(), *MOMENTS.values(), FLAG, CURRENCY))

    def paths(self) -> list[str]:
        """Return the JSON path of each column, in the order in which stage.sql takes them."""
        keys = (*KEYS.values(), *self.amounts.values(), FLAG, *_pairs())
        return [*(f"$.{json.dumps(key)}" for key in keys), f"$.{CURRENCY}.code"]

    def new_paths(self) -> list[str]:
        """Return the JSON path of each key that has no column."""
        return [f"$.{json.dumps(key)}" for key in self.new]

    def new_members(self) -> list[str]:
        """Return what stands before the value of each key that has no column: `"key":`."""
        return [f"{json.dumps(key)}:" for key in self.new]

    def pattern(self, *, cents: bool = False) -> str:
        """Return the regular expression (RE2) that a plain entry matches from end to end.

        With `cents`, only one whose amounts have no third decimal.
        """
        member = "|".join(
            rf'"(?:{"|".join(map(re.escape, keys))})"{_SPACE}:{_SPACE}(?:{value})'
            for keys, value in (
                (KEYS.values(), _TEXT),
                (self.amounts.values(), _CENTS if cents else _AMOUNT),
                ((FLAG,), _FLAG),
                (PEOPLE.values(), _PERSON),
                (MOMENTS.values(), _MOMENT),
                ((CURRENCY,), _CURRENCY),
                (self.new, _NEW),
            )
            if keys
        )
        return rf"\{{{_SPACE}(?:{member})(?:{_SPACE},{_SPACE}(?:{member}))*{_SPACE}\}}"


def _pairs() -> tuple[str, ...]:
    return tuple(key for pair in zip(PEOPLE.values(), MOMENTS.values(), strict=True) for key in pair)
