"""Personal data in a report, as far as `report.personal_data` allows: all of it, initials, or none.

People are known by what Clari's answers say of them (name beside e-mail), by the keys under which evidence holds names,
and e-mail addresses by their looks. Ids of users stay: without them nobody could mend what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

import msgspec

from clari_readiness.gate.collect import Piece
from clari_readiness.model.findings import Concession, GateReport

Allowed = Literal["full", "initials", "none"]

_EMAIL = re.compile(r"[^\s@<>()\[\]{}\"',;:|/\\]+@[^\s@<>()\[\]{}\"',;:|/\\]+\.[^\W\d_]{2,}")
_NAMED = re.compile(r"(owner|user|rep|manager|actor|person|full|display|first|last)[ _-]?name", re.IGNORECASE)
_SHORTEST = 3  # characters of a name that is looked for in sentences; shorter ones are parts of words


@dataclass(frozen=True)
class People:
    """Takes people out of what is shown. `names` are those that were collected."""

    allowed: Allowed
    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, pieces: Iterable[Piece], allowed: Allowed) -> People:
        """Learn the names from what Clari answered."""
        if allowed == "full":
            return cls(allowed)
        found = (name for piece in pieces for name in _names(piece.document))
        return cls(allowed, frozenset(name for name in found if len(name) >= _SHORTEST))

    def report(self, report: GateReport) -> GateReport:
        """Return the report with nothing of people in it but what is allowed."""
        if self.allowed == "full":
            return report
        shown = msgspec.convert(self._data(msgspec.to_builtins(report)), GateReport)
        if self.allowed == "initials":
            return shown
        items = tuple(replace(item, concession=_unnamed(item.concession)) for item in shown.items)
        return replace(shown, items=items, concessions=tuple(filter(None, map(_unnamed, shown.concessions))))

    def text(self, text: str) -> str:
        """Return the text with addresses and known names shortened, or replaced."""
        if self.allowed == "full":
            return text
        if "@" in text:
            text = _EMAIL.sub(lambda found: self._address(found[0]), text)
        return _any_of(self.names).sub(lambda found: self._name(found[0]), text) if self.names else text

    def _data(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self._data(key): self._under(str(key), inner) for key, inner in value.items()}
        return [self._data(inner) for inner in value] if isinstance(value, list | tuple) else value

    def _under(self, key: str, value: Any) -> Any:
        named = isinstance(value, str) and value and _NAMED.fullmatch(key)
        return self._name(value) if named else self._data(value)

    def _name(self, name: str) -> str:
        if self.allowed == "none":
            return "[name]"
        initials = [f"{word[0]}." for word in re.findall(r"\w+", name)]
        return " ".join(initials) or "[name]"

    def _address(self, address: str) -> str:
        if self.allowed == "none":
            return "[e-mail]"
        person, _, host = address.rpartition("@")
        initials = ".".join(word[0] for word in re.findall(r"[^\W_]+", person))
        return f"{initials or '_'}@{host}"


def _unnamed(concession: Concession | None) -> Concession | None:
    """Return a concession without who answers for it: that is written in the settings, as a role or as a name."""
    if concession is None or not concession.by:
        return concession
    return replace(concession, by="[named in the settings]")


def _names(value: Any) -> Iterator[str]:
    """Yield what stands as a name beside an e-mail address, however deep."""
    if isinstance(value, dict):
        if isinstance(value.get("email"), str):
            yield from (str(value[key]) for key in ("name", "userName", "fullName") if value.get(key))
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _names(inner)


@cache
def _any_of(names: frozenset[str]) -> re.Pattern[str]:
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    either = "|".join(map(re.escape, longest_first))
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)")
