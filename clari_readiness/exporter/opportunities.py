"""Opportunities, by their ids: nothing lists them, so settings say which (F30)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from clari_readiness.errors import DocumentRefused, SettingsError
from clari_readiness.exporter.seams import Contracts
from clari_readiness.model.time import Clock


class OpportunityClient(Protocol):
    """The call of a client that it takes."""

    def opportunities(self, ids: Iterable[str]) -> Iterator[Mapping[str, Any]]:
        """Yield the opportunities that Clari knows of these, in batches of at most 100."""
        ...


class OpportunityTable(Protocol):
    """Where they are kept."""

    def keep_opportunities(self, opportunities: Sequence[Mapping[str, Any]], *, exported_at: datetime) -> int:
        """Keep these as they are now, all or none, and return how many they are."""
        ...


@dataclass(frozen=True)
class Opportunities:
    """What an export of opportunities did: how many are kept, and the ids that Clari does not know."""

    kept: int
    unknown: tuple[str, ...]


def export_opportunities(
    ids: Iterable[str], client: OpportunityClient, store: OpportunityTable, contracts: Contracts, clock: Clock
) -> Opportunities:
    """Export these opportunities; all of them are kept, or, when anything goes wrong, none."""
    wanted = tuple(dict.fromkeys(ids))
    at = clock.now()
    found = list(client.opportunities(wanted))
    violations = contracts.violations("opportunities", found)
    if violations:
        raise DocumentRefused(
            f"opportunities: {violations[0]}",
            violations=[str(each) for each in violations],
            way_out="none of them were kept; compare the answer with what Clari documents",
        )
    known = {str(each["id"]) for each in found}
    kept = store.keep_opportunities(found, exported_at=at)
    return Opportunities(kept, tuple(name for name in wanted if name not in known))


def ids_in(file: Path) -> tuple[str, ...]:
    """Return the ids in a file, one a line; empty lines, and lines that begin with `#`, are passed over.

    Raises SettingsError for a file that cannot be read, or names none: nobody would miss what it was to name.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SettingsError(
            f"{file}: the ids of opportunities cannot be read: {why}", way_out="mend opportunities_from.file"
        ) from error
    found = dict.fromkeys(line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#"))
    if not found:
        raise SettingsError(f"{file}: names no opportunity", way_out="write one id a line, or drop opportunities_from")
    return tuple(found)
