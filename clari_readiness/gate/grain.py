"""What must be in a grain that a team declares, for its keys to tell one record from another."""

from __future__ import annotations

from collections.abc import Sequence

PEOPLE = ("user_id", "owner_email", "owner_name")
FULL_GRAIN = "what makes a row unique in one export: at least the period and the person"


def lacks(grain: Sequence[str]) -> str:
    """Return what a declared grain lacks, in words; an empty grain is ours, and lacks nothing."""
    missing = [
        *(["the period"] if "time_period" not in grain else []),
        *(["the person"] if not any(person in grain for person in PEOPLE) else []),
    ]
    return " and ".join(missing) if grain else ""
