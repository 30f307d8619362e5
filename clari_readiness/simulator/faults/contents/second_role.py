"""One person with one role more: another user with the same name and e-mail, and amounts of its own (F13).

A good exporter has `userId`, which is person and role, in its keys; one that keys on the e-mail loses a role's amounts.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from clari_readiness.simulator.faults.contents.content import Content
from clari_readiness.simulator.faults.contents.entries import AMOUNTS, somebody
from clari_readiness.simulator.organisation.chance import hexadecimal_for
from clari_readiness.simulator.plan import Document

_MORE = Decimal("1.11")


@dataclass(frozen=True)
class SecondRole(Content):
    """Give somebody a second role, with the first one's entries and other amounts."""

    says = "a second role"

    def change(self, document: Document) -> Document:
        """Return the document with one user more, and the user's entries."""
        if not (persons := somebody(self.seed, document)):
            return document
        first = persons[0]
        second = self._second(first)
        own = [entry for entry in document["entries"] if entry.get("userId") == first.get("userId")]
        more = [{**entry, "userId": second["userId"], **_other_amounts(entry)} for entry in own]
        return {**document, "entries": document["entries"] + more, "users": [*document["users"], second]}

    def _second(self, first: dict[str, Any]) -> dict[str, Any]:
        person = str(first.get("userId")).partition(":")[0]
        role = f"00E{hexadecimal_for(12, self.seed, 'second role', person).upper()}UAS"
        named = {"hierarchyId": role, "hierarchyName": f"Second role of {first.get('hierarchyName')}"}
        return {**first, "userId": f"{person}:{role}", **named}


def _other_amounts(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: entry[key] + _MORE for key in AMOUNTS if entry.get(key) is not None}
