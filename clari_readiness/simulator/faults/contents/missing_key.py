"""A key that was always there and is not any more.

A good exporter refuses the document and changes nothing: a row without its key, or an amount that was asked for and
comes as if it were zero or unknown, is worse than none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from clari_readiness.simulator.faults.contents.content import Content
from clari_readiness.simulator.plan import Document


@dataclass(frozen=True)
class MissingKey(Content):
    """Leave this key out of all entries, or of all that another list holds."""

    key: str = "userId"
    of: Literal["entries", "users", "fields", "timePeriods", "timeFrames"] = "entries"

    legitimate: ClassVar[bool] = False

    @property
    def says(self) -> str:
        """Return which key of what is missing."""
        return f"{self.of} without {self.key}"

    def change(self, document: Document) -> Document:
        """Return the document without the key."""
        return {**document, self.of: [self._without(each) for each in document.get(self.of, [])]}

    def _without(self, item: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in item.items() if name != self.key}
