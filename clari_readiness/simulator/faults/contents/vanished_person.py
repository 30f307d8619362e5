"""A person who opted out: gone from the list of users and from every week, past ones included (F17).

A good exporter deletes nothing because a newer export lacks it: what earlier ones said of the person stays.
"""

from __future__ import annotations

from dataclasses import dataclass

from clari_readiness.simulator.faults.contents.content import Content
from clari_readiness.simulator.faults.contents.entries import somebody
from clari_readiness.simulator.plan import Document


@dataclass(frozen=True)
class VanishedPerson(Content):
    """Leave out one person, in all of the person's roles."""

    says = "a person vanished"

    def change(self, document: Document) -> Document:
        """Return the document without the person."""
        gone = {user.get("userId") for user in somebody(self.seed, document)}
        lists = {name: document[name] for name in ("entries", "users") if name in document}
        return {
            **document,
            **{name: [each for each in lists[name] if each.get("userId") not in gone] for name in lists},
        }
