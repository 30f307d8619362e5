"""What a check saw. A check that passes without having seen anything has not passed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from clari_readiness.model.findings import Concession, Evidence


@dataclass
class EvidenceLog:
    """Takes what one check sees, and how it explains a failure. Values are anything that JSON holds."""

    seen: list[Evidence] = field(default_factory=list)
    summary: str = ""
    observed: str = ""
    expected: str = ""
    fix: str = ""
    declared: bool = False
    warning: str = ""

    def saw(self, label: str, value: Any) -> None:
        """Record a value that was observed; the same one twice is seen once."""
        piece = Evidence("value", label, value)
        if piece not in self.seen:
            self.seen.append(piece)

    def requested(self, method: str, url: str, *, status: int | None, seconds: float, error: str = "") -> None:
        """Record a request to Clari: its status, or the error that came instead, and how long it took."""
        outcome: dict[str, Any] = {"status": status} if status is not None else {"error": error}
        self.seen.append(Evidence("request", f"{method} {url}", {**outcome, "seconds": round(seconds, 3)}))

    def queried(self, name: str, sql: str, rows: list[dict[str, Any]]) -> None:
        """Record a query on the team's warehouse and the aggregates or offending keys that it returned."""
        self.seen.append(Evidence("query", name, {"sql": sql, "rows": rows}))

    def rests_on(self, declaration: Concession) -> None:
        """Record a declaration that a passing check rests on: somebody answers for what nobody can observe."""
        said = {"statement": declaration.text, "by": declaration.by, "expires": declaration.expires}
        self.seen.append(Evidence("declaration", declaration.item, said))
        self.declared = True

    def warns(self, sentence: str) -> None:
        """Say of a check that passes what will soon make it fail."""
        self.warning = sentence

    def concludes(self, sentence: str) -> None:
        """Say in one sentence what a passing check has seen; without it the check has not passed."""
        self.summary = sentence

    def fails(self, observed: str, *, expected: str, fix: str) -> str:
        """Explain a failure: `assert ok, evidence.fails("...", expected="...", fix="...")`."""
        self.observed, self.expected, self.fix = observed, expected, fix
        return f"observed: {observed}; expected: {expected}; to mend it: {fix}"
