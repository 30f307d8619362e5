"""What a run was going to look at, what it reported, and every reason to doubt that it saw all of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from clari_readiness.gate.catalogue import CATALOGUE
from clari_readiness.gate.items import Promise
from clari_readiness.model.findings import Finding, Item, Result, Source


@dataclass(frozen=True)
class Testimony:
    """What one check said about the item that it belongs to."""

    promise: Promise
    finding: Finding


@dataclass
class Witness:
    """Collects promises and testimonies, in every worker; `join` brings them together.

    `shipped` are the checks of our own: only they can make a source of the catalogue pass, any other only worse.
    """

    promises: dict[str, Promise] = field(default_factory=dict)
    shipped: set[str] = field(default_factory=set)
    left_out: set[str] = field(default_factory=set)
    testimonies: list[tuple[str, Testimony]] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def collected(self, nodeid: str, promise: Promise, *, shipped: bool) -> None:
        """Note a check; two of one name cannot be told apart, which is a doubt."""
        if self.promises.setdefault(nodeid, promise) != promise:
            self.doubt(f"two checks are called {nodeid}: rename one of the files")
        if shipped:
            self.shipped.add(nodeid)

    def deselected(self, nodeid: str) -> None:
        """Note that a check was taken out of the run."""
        self.left_out.add(nodeid)

    def heard(self, nodeid: str, testimony: Testimony) -> None:
        """Note what a check said."""
        self.testimonies.append((nodeid, testimony))

    def doubt(self, reason: str) -> None:
        """Note a reason why this run may not have seen everything."""
        if reason not in self.doubts:
            self.doubts.append(reason)

    def join(self, other: Witness) -> None:
        """Take in what a worker noted; all of them collect the same."""
        for nodeid, promise in other.promises.items():
            self.collected(nodeid, promise, shipped=nodeid in other.shipped)
        self.left_out |= other.left_out
        for reason in other.doubts:
            self.doubt(reason)

    def catalogue(self) -> tuple[Item, ...]:
        """Return the catalogue, and after it the items that a team's own checks add."""
        known = {item.id: item for item in CATALOGUE}
        for promise in self._all_promises():
            item = known.setdefault(promise.item.id, promise.item)
            if promise.source not in item.sources:
                known[item.id] = replace(item, sources=(*item.sources, promise.source))
        return tuple(known.values())

    def findings(self) -> tuple[Finding, ...]:
        """Return all findings, and one for each check that did not end, or that stands in for one of ours."""
        found = [testimony.finding for _, testimony in self.testimonies]
        return (*found, *self._unended(), *self._stand_ins())

    def crashed(self) -> frozenset[str]:
        """Return the items of which a check crashed, which has no cause that others share, or did not end."""
        crashed = {f.item for f in self.findings() if f.result is Result.NOT_VERIFIED and not f.cause}
        return frozenset(crashed | {finding.item for finding in self._unended()})

    def _unended(self) -> Sequence[Finding]:
        heard = {nodeid for nodeid, _ in self.testimonies} | self.left_out
        text = "its check was collected and did not end"
        return [
            _not_verified(promise.item.id, promise.source, nodeid, text)
            for nodeid, promise in self.promises.items()
            if nodeid not in heard
        ]

    def _stand_ins(self) -> Sequence[Finding]:
        """Return a finding for each source of the catalogue that only a check from elsewhere looked at."""
        ours = {self._pair(t.promise) for nodeid, t in self.testimonies if nodeid in self.shipped}
        others = {self._pair(t.promise) for nodeid, t in self.testimonies if nodeid not in self.shipped}
        catalogued = {(item.id, source) for item in CATALOGUE for source in item.sources}
        text = "its own check did not run, only one from elsewhere that claims the item"
        return [_not_verified(item, source, "", text) for item, source in sorted((others - ours) & catalogued)]

    def _all_promises(self) -> Iterable[Promise]:
        yield from self.promises.values()
        yield from (testimony.promise for _, testimony in self.testimonies)

    @staticmethod
    def _pair(promise: Promise) -> tuple[str, Source]:
        return promise.item.id, promise.source


def _not_verified(item: str, source: Source, check: str, text: str) -> Finding:
    return Finding(item, source, Result.NOT_VERIFIED, check=check, observed=text, cause=text)
