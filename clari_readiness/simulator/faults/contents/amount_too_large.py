"""An amount that no column of DECIMAL(15,2) holds, and no double either.

A good exporter keeps it to the cent or refuses the document; it does not load NULL, a rounded or a clipped amount in
its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from clari_readiness.simulator.faults.contents.content import Content
from clari_readiness.simulator.faults.contents.entries import AMOUNTS, drawn
from clari_readiness.simulator.plan import Document

TOO_LARGE = Decimal("12345678901234567890.12")


@dataclass(frozen=True)
class AmountTooLarge(Content):
    """Give every amount of one entry this value."""

    amount: Decimal = TOO_LARGE

    says = "amount too large"
    legitimate: ClassVar[bool] = False

    def change(self, document: Document) -> Document:
        """Return the document with the amount in it."""
        chosen = drawn(self.seed, document["entries"], len(document["entries"]) or 1)
        large = {id(entry): {**entry, **{key: self.amount for key in AMOUNTS if key in entry}} for entry in chosen}
        return {**document, "entries": [large.get(id(entry), entry) for entry in document["entries"]]}
