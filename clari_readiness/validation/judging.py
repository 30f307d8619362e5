"""The contract of forecasts, entry by entry: how staging asks it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from clari_readiness.model.exports import Violation


class Rules(Protocol):
    """The contracts, by name."""

    def violations(self, name: str, document: Any, *, part: str | None = None, at: str = "$") -> tuple[Violation, ...]:
        """Return all in which the document, or the part of one, breaks the contract."""
        ...


class ContractJudge:
    """The contract of forecasts (F13), as staging asks it."""

    def __init__(self, contracts: Rules) -> None:
        self._contracts = contracts

    def envelope(self, document: Mapping[str, Any]) -> tuple[Violation, ...]:
        """Judge a forecast document whose list of entries is left empty."""
        return self._contracts.violations("forecast", dict(document))

    def entry(self, entry: Any, at: str) -> tuple[Violation, ...]:
        """Judge one entry; paths start with `at`."""
        return self._contracts.violations("forecast", entry, part="entry", at=at)
