"""What checks find and what the gate decides: written by the gate, read by every way of showing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Literal

Source = Literal["settings", "clari", "warehouse", "trial"]
Priority = Literal["P1", "P2", "P3"]

SECTIONS: Mapping[str, str] = MappingProxyType(
    {
        "CONN": "Validation script",
        "AUTH": "Authentication & Secrets",
        "API": "API Integration",
        "RES": "Error Handling & Resilience",
        "MON": "Monitoring & Alerting",
        "CLA": "What production needs beyond the checklist",
    }
)
"""A section's prefix -> its title, in the order in which they are shown; a team's own prefixes follow."""


class Result(StrEnum):
    """The result of an item, or of one of its sources; of several sources the weakest decides."""

    PASS = "PASS"  # noqa: S105 - a result, not a password
    FAIL = "FAIL"
    NOT_VERIFIED = "NOT VERIFIED"
    NOT_APPLICABLE = "NOT APPLICABLE"
    WAIVED = "WAIVED"


@dataclass(frozen=True)
class Item:
    """One line of the checklist: what is promised, how much it matters, and where evidence comes from."""

    id: str
    title: str
    priority: Priority
    sources: tuple[Source, ...]

    @property
    def section(self) -> str:
        """Return the section's prefix: `AUTH` of `AUTH-04`."""
        return self.id.partition("-")[0]


@dataclass(frozen=True)
class Evidence:
    """One thing that was seen: `label`, and `value` as anything that JSON holds."""

    kind: Literal["value", "request", "query", "declaration"]
    label: str
    value: Any


@dataclass(frozen=True)
class Finding:
    """What one check found out about one item from one source.

    `observed`, `expected`, `why` and `fix` are sentences for people; on a PASS `observed` says what was seen. `cause`
    groups findings that have one reason in common, such as the key that does not resolve. `warning` says of a PASS what
    will soon make it fail, or is empty.
    """

    item: str
    source: Source
    result: Result
    check: str
    observed: str = ""
    expected: str = ""
    why: str = ""
    fix: str = ""
    cause: str = ""
    declared: bool = False
    evidence: tuple[Evidence, ...] = ()
    seconds: float = 0.0
    warning: str = ""


@dataclass(frozen=True)
class Concession:
    """A waiver, a declaration or a not-applicable, as it was judged: `problem` is empty when it is valid.

    `surface` names the part of an item that is not applicable, or is empty for the whole item.
    """

    kind: Literal["waiver", "declaration", "not_applicable"]
    item: str
    text: str
    by: str
    expires: str
    days_left: int
    problem: str = ""
    surface: str = ""


@dataclass(frozen=True)
class ItemResult:
    """An item's result, from all its sources. `real` is what a waived item would have been.

    `risk` says what skipping the item costs the business, `guide` what the documentation says about it, as Markdown.
    """

    item: Item
    result: Result
    findings: tuple[Finding, ...]
    real: Result | None = None
    concession: Concession | None = None
    risk: str = ""
    guide: str = ""


@dataclass(frozen=True)
class Decision:
    """What the gate says: the words, the exit code, and the reasons in order."""

    words: str
    exit_code: int
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class PastRun:
    """An earlier run of the environment: when it began (ISO, UTC), what it decided, and what each item really was.

    `whole` says that nothing was left out of it.
    """

    at: str
    decision: str
    exit_code: int
    whole: bool
    items: Mapping[str, Result]
    subset: str = ""
    fingerprints: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Recording:
    """A cassette that stood for Clari: what it was made from, and when its last request ended (ISO)."""

    name: str
    origin: str
    made: str


@dataclass(frozen=True)
class EvidenceFile:
    """A file that a run rests on, or an answer of Clari that it collected: its size in bytes, and its SHA-256."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Provenance:
    """What a run rests on.

    `fingerprints` are the SHA-256 of what makes the decision void when it changes: settings, exporter, contracts; one
    is empty where nobody knows. `limits` are Clari's (F22), as they were read, or nothing.
    """

    fingerprints: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    recordings: tuple[Recording, ...] = ()
    files: tuple[EvidenceFile, ...] = ()


@dataclass(frozen=True)
class GateReport:
    """One run of the gate, whole: every way of showing it is drawn from this.

    `warnings` are what somebody should know and what decides nothing: alerts that nobody got, for one. The decision
    ends with `good_until` (ISO, UTC), or with a fingerprint of the `provenance`. `history` has the runs before, the
    newest first.
    """

    environment: str
    live: bool
    decision: Decision
    items: tuple[ItemResult, ...]
    concessions: tuple[Concession, ...]
    started_at: str
    seconds: float
    subset: str = ""
    exporter: str = ""
    versions: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    good_until: str = ""
    provenance: Provenance = Provenance()
    history: tuple[PastRun, ...] = ()
