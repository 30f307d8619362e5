"""What every way of showing a report needs first: how many of what, which troubles there are, in which order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from clari_readiness.model.findings import SECTIONS, Concession, Finding, GateReport, ItemResult, Result

ORDER = (Result.FAIL, Result.NOT_VERIFIED, Result.WAIVED, Result.NOT_APPLICABLE)
"""In which order results other than PASS are shown: what stops a go-live first."""

SOURCES = {"settings": "settings", "clari": "Clari", "warehouse": "warehouse", "trial": "trial"}
"""What people call the sources of evidence."""

NOT_RUN = "it did not run"
"""The cause of an item that no check reported on."""


@dataclass(frozen=True)
class Section:
    """A section of the checklist with its items' results, in the catalogue's order."""

    prefix: str
    title: str
    items: tuple[ItemResult, ...]

    @property
    def passed(self) -> int:
        """How many items passed, the declared ones among them."""
        return counts(self.items)[Result.PASS]

    @property
    def applicable(self) -> int:
        """How many items the section asks for: what is not applicable leaves the denominator."""
        return len(self.items) - counts(self.items)[Result.NOT_APPLICABLE]

    @property
    def declared(self) -> int:
        """How many of the passed ones rest on a declaration."""
        return sum(is_declared(item) for item in self.items)

    @property
    def rest(self) -> tuple[tuple[Result, str], ...]:
        """What the score leaves out, in words: `2 failed`, `1 waived`."""
        counted = counts(self.items)
        return tuple((result, f"{counted[result]} {_verb(result)}") for result in ORDER if counted[result])


@dataclass(frozen=True)
class Trouble:
    """Something that keeps one or more items from passing; `items` share the `cause` when they are several.

    `observed` and `fix` are the different sentences about it, each once.
    """

    result: Result
    items: tuple[ItemResult, ...]
    cause: str
    observed: tuple[str, ...]
    fix: tuple[str, ...]

    @property
    def priority(self) -> str:
        """The most urgent priority among the items."""
        return min(item.item.priority for item in self.items)

    @property
    def headline(self) -> str:
        """What to say about it first: the one thing observed, or the cause of many."""
        alone = len(self.items) == 1 and self.observed
        return " ".join(self.observed) if alone else self.cause or self.items[0].item.title

    @property
    def details(self) -> tuple[str, ...]:
        """What is left to say: the one thing observed for all of several items, when the cause did not say it."""
        return self.observed if len(self.items) > 1 and len(self.observed) == 1 else ()

    @property
    def risks(self) -> tuple[str, ...]:
        """What it costs the business to skip these items, each cost once."""
        return tuple(dict.fromkeys(item.risk for item in self.items if item.risk))

    @property
    def by_priority(self) -> Mapping[str, tuple[ItemResult, ...]]:
        """The items under their priorities, the most urgent first."""
        priorities = sorted({item.item.priority for item in self.items})
        return {one: tuple(item for item in self.items if item.item.priority == one) for one in priorities}


def counts(items: Iterable[ItemResult]) -> dict[Result, int]:
    """Return how many items have each result, zeros too."""
    counted = dict.fromkeys(Result, 0)
    for item in items:
        counted[item.result] += 1
    return counted


def is_declared(item: ItemResult) -> bool:
    """Whether the item passed on somebody's word for at least one of its sources."""
    return item.result is Result.PASS and any(finding.declared for finding in item.findings)


def is_conceded(item: ItemResult) -> bool:
    """Whether the item is waived, or not applicable by somebody's declaration: such an item stands for itself."""
    return item.concession is not None and item.result in (Result.WAIVED, Result.NOT_APPLICABLE)


def sections(report: GateReport) -> tuple[Section, ...]:
    """Return the sections that have items: the checklist's in its order, then a team's own."""
    present = dict.fromkeys(item.item.section for item in report.items)
    ordered = [prefix for prefix in SECTIONS if prefix in present] + [p for p in present if p not in SECTIONS]
    return tuple(
        Section(prefix, SECTIONS.get(prefix, prefix), tuple(i for i in report.items if i.item.section == prefix))
        for prefix in ordered
    )


def troubles(report: GateReport, result: Result) -> tuple[Trouble, ...]:
    """Return what keeps items at this result, the most urgent first.

    Findings with one cause make one trouble. An item that is held back by two causes is in both: when one of them is
    mended, the other still holds it.
    """
    groups: dict[tuple[str, str], list[tuple[ItemResult, tuple[Finding, ...]]]] = {}
    for item in report.items:
        if item.result is result:
            for cause, findings in _causes(item).items():
                alone = item.item.id if not cause or is_conceded(item) else ""
                groups.setdefault((cause, alone), []).append((item, findings))
    found = (_trouble(result, cause, members) for (cause, _), members in groups.items())
    return tuple(sorted(found, key=lambda trouble: trouble.priority))


def warnings(report: GateReport) -> tuple[tuple[ItemResult, str], ...]:
    """Return what will soon make passing items fail: the item, and the sentence."""
    return tuple(
        (item, finding.warning)
        for item in report.items
        for finding in item.findings
        if item.result is Result.PASS and finding.warning
    )


def problems(report: GateReport) -> tuple[Concession, ...]:
    """Return the waivers, declarations and not-applicables that do not hold."""
    return tuple(concession for concession in report.concessions if concession.problem)


def came_from(item: ItemResult) -> tuple[tuple[str, str], ...]:
    """Return where the item's evidence came from: each source, and whether it was observed, declared or neither."""
    by_source: dict[str, list[Finding]] = {source: [] for source in item.item.sources}
    for finding in item.findings:
        by_source.setdefault(finding.source, []).append(finding)
    return tuple((SOURCES.get(source, source), _how(found)) for source, found in by_source.items())


def _how(found: list[Finding]) -> str:
    if not found or any(finding.result is Result.NOT_VERIFIED for finding in found):
        return "not looked at"
    if all(finding.result is Result.NOT_APPLICABLE for finding in found):
        return "not applicable"
    return "declared" if any(finding.declared for finding in found) else "observed"


def conceded(report: GateReport, concession: Concession) -> ItemResult | None:
    """Return the item that a concession is about, or None when there is no such item in the run."""
    return next((item for item in report.items if item.item.id == concession.item), None)


def deciding(item: ItemResult) -> tuple[Finding, ...]:
    """Return the findings that made the item's result; of a conceded one, those that would have made it."""
    wanted = item.real if item.real and is_conceded(item) else item.result
    return tuple(finding for finding in item.findings if finding.result is wanted)


def _verb(result: Result) -> str:
    return "failed" if result is Result.FAIL else result.value.lower()


def _causes(item: ItemResult) -> dict[str, tuple[Finding, ...]]:
    findings = deciding(item)
    if not findings:
        return {NOT_RUN if item.result is Result.NOT_VERIFIED else "": ()}
    causes = dict.fromkeys(finding.cause for finding in findings)
    return {cause: tuple(finding for finding in findings if finding.cause == cause) for cause in causes}


def _trouble(result: Result, cause: str, members: list[tuple[ItemResult, tuple[Finding, ...]]]) -> Trouble:
    findings = [finding for _, several in members for finding in several]
    return Trouble(
        result=result,
        items=tuple(item for item, _ in members),
        cause=cause,
        observed=_distinct(finding.observed for finding in findings if finding.observed != cause),
        fix=_distinct(finding.fix for finding in findings),
    )


def _distinct(sentences: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sentence for sentence in sentences if sentence))
