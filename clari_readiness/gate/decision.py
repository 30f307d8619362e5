"""From findings to the decision. The denominator is the catalogue; of several sources the weakest decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from clari_readiness.model.findings import Concession, Decision, Finding, Item, ItemResult, Result, Source

PASSED, FAILED, BROKE, INCOMPLETE, INVALID = 0, 1, 3, 10, 11


@dataclass(frozen=True)
class Run:
    """What one run amounts to, before it is decided.

    `scope` holds the (item, source) pairs that the run decides over, or is None for the whole catalogue; `managed`
    names the managed connector, which has no trial, or is empty; `crashed` are the items of which a check crashed or
    did not end: no concession covers them.
    """

    catalogue: Sequence[Item]
    findings: Sequence[Finding]
    concessions: tuple[Concession, ...] = ()
    scope: AbstractSet[tuple[str, Source]] | None = None
    managed: str = ""
    crashed: AbstractSet[str] = frozenset()
    previously_passed: AbstractSet[str] = frozenset()


def item_results(run: Run) -> tuple[ItemResult, ...]:
    """Return one result for each item that the run decides over, in the catalogue's order."""
    by_item: dict[str, list[Finding]] = {}
    for finding in run.findings:
        by_item.setdefault(finding.item, []).append(finding)
    granted: dict[tuple[str, str], Concession] = {
        (c.item, c.kind): c for c in run.concessions if not (c.problem or c.surface or c.item in run.crashed)
    }
    results = []
    for item in run.catalogue:
        sources = [s for s in item.sources if run.scope is None or (item.id, s) in run.scope]
        if sources:
            found = _found(item, sources, by_item.get(item.id, ()), run.managed)
            results.append(_result(item, found, granted))
    return tuple(results)


def decide(
    results: Sequence[ItemResult],
    problems: Sequence[str],
    *,
    live: bool,
    subset: str = "",
    doubts: Sequence[str] = (),
    broke: str = "",
) -> Decision:
    """Return the decision: of several reasons, 3 goes before 11, 11 before 1, and 1 before 10.

    `problems` are invalid concessions, `doubts` reasons why the run may not have seen all that it decides over, one
    sentence each; `broke` says what broke in the gate itself.
    """
    failed = _ids(results, Result.FAIL)
    unverified = _ids(results, Result.NOT_VERIFIED)
    if broke:
        return Decision("THE GATE BROKE", BROKE, (broke,))
    if problems:
        return Decision(words_of("INVALID", live=live, subset=subset), INVALID, tuple(problems))
    if failed:
        words = "NO-GO" if live and not subset else words_of("FAILED", live=live, subset=subset)
        return Decision(words, FAILED, (f"{_items(failed)} failed: {', '.join(failed)}",))
    if unverified or doubts or not _ids(results, Result.PASS):
        reasons = [f"nothing failed, {_items(unverified)} not verified"] if unverified else []
        reasons += doubts if unverified or doubts else ["nothing was looked at"]
        return Decision(words_of("INCOMPLETE", live=live, subset=subset), INCOMPLETE, tuple(reasons))
    words = "GO" if live and not subset else words_of("PASSED", live=live, subset=subset)
    return Decision(words, PASSED, (f"every item passed, is waived or not applicable ({len(results)})",))


def problems_of(run: Run, results: Iterable[ItemResult]) -> tuple[str, ...]:
    """Return why the run is INVALID: concessions malformed, expired, unknown, contradicted, or no longer needed."""
    problems = [
        f"{c.kind.replace('_', ' ')} of {c.item or 'an item'}: {c.problem}" for c in run.concessions if c.problem
    ]
    for result in results:
        problems += _contradicted(result, run.concessions)
        problems += _outlived(result, run.concessions, run.previously_passed)
    return tuple(problems)


def real_results(results: Iterable[ItemResult]) -> Mapping[str, Result]:
    """Return what each item would be without its waiver."""
    return {result.item.id: result.real or result.result for result in results}


def _found(item: Item, sources: Sequence[Source], findings: Iterable[Finding], managed: str) -> tuple[Finding, ...]:
    found: list[Finding] = []
    for source in sources:
        seen = [finding for finding in findings if finding.source == source]
        if source == "trial" and managed:
            text = f"{managed} is a managed connector, which nobody can start as a command"
            seen = [Finding(item.id, source, Result.NOT_APPLICABLE, check="", observed=text, cause=text)]
        found += seen or [_silent(item, source)]
    return tuple(found)


def _silent(item: Item, source: Source) -> Finding:
    """Return the finding of a source from which no check reported."""
    text = "its check did not run"
    fix = "run all checks without narrowing them, and look for a check that was deleted or did not end"
    return Finding(item.id, source, Result.NOT_VERIFIED, check="", observed=text, fix=fix, cause=text)


def _weakest(found: Sequence[Finding]) -> Result:
    results = {finding.result for finding in found}
    for weakest in (Result.FAIL, Result.NOT_VERIFIED, Result.PASS):
        if weakest in results:
            return weakest
    return Result.NOT_APPLICABLE


def _result(item: Item, found: tuple[Finding, ...], granted: Mapping[tuple[str, str], Concession]) -> ItemResult:
    real = _weakest(found)
    waiver = granted.get((item.id, "waiver"))
    exempt = granted.get((item.id, "not_applicable"))
    if exempt and real is Result.NOT_VERIFIED:
        return ItemResult(item, Result.NOT_APPLICABLE, found, real=real, concession=exempt)
    if waiver and real is Result.FAIL:
        rest = [finding for finding in found if finding.result is not Result.FAIL]
        result = Result.NOT_VERIFIED if _weakest(rest) is Result.NOT_VERIFIED else Result.WAIVED
        return ItemResult(item, result, found, real=real, concession=waiver)
    return ItemResult(item, real, found)


def _contradicted(result: ItemResult, concessions: Iterable[Concession]) -> list[str]:
    observed = [f for f in result.findings if f.result in (Result.PASS, Result.FAIL) and not f.declared]
    return [
        f"not applicable of {c.item}: contradicted, since its check looked and found {observed[0].result}"
        for c in concessions
        if c.kind == "not_applicable" and c.item == result.item.id and not c.problem and not c.surface and observed
    ]


def _outlived(result: ItemResult, concessions: Iterable[Concession], previously_passed: AbstractSet[str]) -> list[str]:
    if result.result is not Result.PASS or result.item.id not in previously_passed:
        return []
    return [
        f"waiver of {c.item}: the item passed in this run and the one before; remove the waiver"
        for c in concessions
        if c.kind == "waiver" and c.item == result.item.id and not c.problem
    ]


def words_of(outcome: str, *, live: bool, subset: str) -> str:
    """Return how a decision is worded in a live environment, a rehearsal, or a subset."""
    if subset:
        return f"SUBSET {outcome}"
    return outcome if live else f"REHEARSAL {outcome}"


def _ids(results: Iterable[ItemResult], wanted: Result) -> list[str]:
    return [result.item.id for result in results if result.result is wanted]


def _items(ids: Sequence[str]) -> str:
    return "1 item" if len(ids) == 1 else f"{len(ids)} items"
