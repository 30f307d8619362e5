"""Amounts as they may be: with cents, below zero, zero, none, with the 15 digits that a column of DECIMAL(15,2) holds.

A good exporter keeps each of them to the cent and below zero where it is, and null is not zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from clari_readiness.simulator.faults.contents.content import Content
from clari_readiness.simulator.faults.contents.entries import AMOUNTS, chance
from clari_readiness.simulator.plan import Document

Kind = Literal["cents", "one_decimal", "whole", "negative", "zero", "null", "fifteen_digits"]

KINDS: tuple[Kind, ...] = ("cents", "one_decimal", "whole", "negative", "zero", "null", "fifteen_digits")


@dataclass(frozen=True)
class OddAmounts(Content):
    """Give every amount another value, of one of these kinds each."""

    kinds: tuple[Kind, ...] = KINDS

    @property
    def says(self) -> str:
        """Return the kinds."""
        return f"odd amounts: {', '.join(self.kinds)}"

    def change(self, document: Document) -> Document:
        """Return the document with other amounts in the same keys."""
        return {**document, "entries": [{**entry, **self._odd(entry)} for entry in document["entries"]]}

    def _odd(self, entry: dict[str, Any]) -> dict[str, Any]:
        chances = {key: chance(self.seed, entry, key) for key in AMOUNTS if key in entry}
        return {key: amount(self.kinds[number % len(self.kinds)], number) for key, number in chances.items()}


def amount(kind: Kind, number: int) -> Decimal | int | None:
    """Return an amount of a kind that is decided by the number."""
    cents = Decimal(number % 100_000_000 * 10 + 1).scaleb(-2)
    amounts: dict[Kind, Decimal | int | None] = {
        "cents": cents,
        "one_decimal": Decimal(number % 10_000_000 * 10 + 7).scaleb(-1),
        "whole": number % 10_000_000 + 1,
        "negative": -cents,
        "zero": 0,
        "null": None,
        "fifteen_digits": Decimal(9 * 10**14 + number % 10**14).scaleb(-2),
    }
    return amounts[kind]
