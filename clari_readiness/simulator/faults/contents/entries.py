"""A document's entries and people, as changes of it choose among them."""

from __future__ import annotations

from typing import Any

from clari_readiness.simulator.organisation.chance import number_for
from clari_readiness.simulator.plan import Document

AMOUNTS = ("forecastValue", "quotaValue", "adjustmentValue", "aggregationTotal", "crmClosed")
"""The keys of an entry that hold amounts (F13)."""

_KEY = ("fieldId", "timePeriodId", "timeFrameId", "userId")


def chance(seed: int, entry: dict[str, Any], *words: object) -> int:
    """Return a number that is decided by the seed, the key of an entry and the words."""
    return number_for(seed, *(entry.get(name) for name in _KEY), *words)


def drawn(seed: int, entries: list[dict[str, Any]], one_of: int) -> list[dict[str, Any]]:
    """Return about one of so many entries, at least one where there are any, in an order of their own."""
    ranked = sorted(entries, key=lambda entry: chance(seed, entry, "drawn"))
    return ranked[: -(-len(ranked) // one_of)]


def somebody(seed: int, document: Document) -> list[dict[str, Any]]:
    """Return the users that one person is, who has nobody below: one for each role (F13); none where nobody is."""
    users = document.get("users", [])
    over = {user.get("parentHierarchyId") for user in users}
    sellers = [user for user in users if user.get("hierarchyId") not in over] or users
    chosen = min(
        (str(user.get("email")) for user in sellers), key=lambda email: number_for(seed, "somebody", email), default=""
    )
    return [user for user in users if str(user.get("email")) == chosen]
