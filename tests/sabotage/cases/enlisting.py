"""How a way to break an integration is enlisted, and what goes wrong along with several of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from clari_readiness.model.findings import Result, Source
from tests.sabotage.integration import Integration

Pair = tuple[str, Source]

CLARI: frozenset[Pair] = frozenset(
    {("CONN-01", "clari"), ("CONN-03", "clari"), ("AUTH-02", "clari"), ("API-04", "clari"), ("CLA-01", "clari")}
) | {("MON-05", "clari"), ("AUTH-05", "clari"), ("CLA-06", "clari")}
"""What needs Clari: not verified, or worse, once the connection or the key is broken."""


@dataclass(frozen=True)
class Sabotage:
    """One broken integration: its pair must become `result`, those of `also` may change, and no other may."""

    item: str
    source: Source
    name: str
    wreck: Callable[[Integration], None]
    result: Result = Result.FAIL
    also: frozenset[Pair] = frozenset()

    @property
    def pair(self) -> Pair:
        return self.item, self.source

    def __str__(self) -> str:
        return f"{self.item}-{self.source}-{self.name}"


CASES: list[Sabotage] = []


def sabotage(
    item: str, source: Source, *, result: Result = Result.FAIL, also: frozenset[Pair] | set[Pair] = frozenset()
) -> Callable[[Callable[[Integration], None]], Callable[[Integration], None]]:
    """Enlist a function that breaks an integration in the way the item is about; its name says how."""

    def enlist(wreck: Callable[[Integration], None]) -> Callable[[Integration], None]:
        CASES.append(Sabotage(item, source, wreck.__name__, wreck, result, frozenset(also)))
        return wreck

    return enlist


NO_KEY: frozenset[Pair] = CLARI | {("AUTH-01", "settings"), ("AUTH-04", "settings")}


NO_WAREHOUSE: frozenset[Pair] = frozenset(
    {
        ("API-03", "warehouse"),
        ("API-04", "warehouse"),
        ("API-05", "warehouse"),
        ("RES-05", "warehouse"),
        ("RES-03", "warehouse"),
        ("RES-06", "warehouse"),
        ("CLA-02", "warehouse"),
        ("CLA-12", "warehouse"),
        ("MON-01", "warehouse"),
        ("MON-04", "warehouse"),
        ("MON-03", "warehouse"),
        ("MON-05", "clari"),
        ("MON-05", "warehouse"),
    }
)


NOT_IN_PROD: frozenset[Pair] = NO_WAREHOUSE | {("MON-02", "settings")}
"""What nobody can look at in `prod`, whose warehouse was never filled, and which tells nobody."""


NO_LEDGER: frozenset[Pair] = frozenset({("MON-01", "warehouse"), ("MON-04", "warehouse")})
"""What nobody can look at when the reference exporter's ledger is gone."""


REHEARSED = 'api = { key = "fixture://simulated" }\nexporter = "reference"'


MANAGED = 'api = { key = "fixture://simulated" }\nexporter = { managed = "fivetran" }'
"""What `simulated` says of its exporter, and what it says where a connector fills the warehouse."""
