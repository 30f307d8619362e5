"""From what a run witnessed to its report: what pytest, the command line and every page show."""

from __future__ import annotations

import platform
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from clari_readiness.gate.catalogue import CATALOGUE, SUBSETS
from clari_readiness.gate.decision import (
    FAILED,
    INCOMPLETE,
    Run,
    decide,
    item_results,
    problems_of,
    real_results,
    words_of,
)
from clari_readiness.gate.drills import undelivered
from clari_readiness.gate.explanation import guides
from clari_readiness.gate.history import past_runs, previously_passed, remember
from clari_readiness.gate.people import People
from clari_readiness.gate.readiness import Readiness
from clari_readiness.gate.risks import RISKS
from clari_readiness.gate.witness import Witness
from clari_readiness.model.findings import Decision, GateReport, ItemResult, Provenance
from clari_readiness.shipped import shipped

GOOD_FOR = timedelta(hours=24)
"""How long a decision stands, when nothing that it rests on changes before."""

VERSIONS = ("clari-readiness", "pytest", "httpx", "duckdb")


@dataclass(frozen=True)
class Verdict:
    """A decided run. `whole` says that nothing kept it from looking at all that it decides over."""

    report: GateReport
    whole: bool

    def remember(self, path: Path) -> None:
        """Add the run to the history of its environment."""
        remember(path, self.report, real_results(self.report.items), whole=self.whole)


def verdict(
    readiness: Readiness,
    witness: Witness,
    *,
    subset: str,
    stopped: tuple[int, str] | None,
    failed: int,
    broke: str,
    seconds: float,
    rests_on: Provenance,
    warned: tuple[str, ...] = (),
) -> Verdict:
    """Decide over one run.

    `stopped` is the exit code of a run that did not end by itself, and why; `failed` is how many tests pytest counts as
    failed; `broke` says what broke in the gate, or is empty; `warned` decides nothing.
    """
    environment, catalogue = readiness.environment, witness.catalogue()
    run = Run(
        catalogue=catalogue,
        findings=witness.findings(),
        concessions=readiness.concessions([item.id for item in catalogue]),
        scope=SUBSETS.get(subset),
        managed=environment.exporter.managed or "" if environment.exporter else "",
        crashed=witness.crashed(),
        previously_passed=previously_passed(environment.directory / "history.jsonl"),
    )
    results, doubts = item_results(run), list(witness.doubts)
    if stopped:
        doubts.insert(0, stopped[1])
    problems = problems_of(run, results)
    decision = decide(results, problems, live=environment.live, subset=subset, doubts=doubts, broke=broke)
    if decision.exit_code == 0 and failed:
        broke = f"pytest counts {failed} failed, and no item failed"
        decision = decide(results, problems, live=environment.live, subset=subset, doubts=doubts, broke=broke)
    if stopped and decision.exit_code in (FAILED, INCOMPLETE):
        said = dict.fromkeys((*decision.reasons, f"INCOMPLETE: {stopped[1]}"))
        decision = Decision(decision.words, stopped[0], tuple(one for one in said if one != stopped[1]))
    report = _report(readiness, decision, results, seconds=seconds)
    report = replace(
        report,
        concessions=run.concessions,
        subset=subset,
        warnings=(*undelivered(readiness), *warned),
        provenance=rests_on,
    )
    return Verdict(_about_people(readiness, report), whole=not doubts and not broke)


def unfinished(readiness: Readiness, *, reason: str, exit_code: int = INCOMPLETE, seconds: float = 0.0) -> GateReport:
    """Return the report of a run that did not come to an end, or has not yet: INCOMPLETE, with every item unlooked at.

    `reason` says why, in a sentence.
    """
    results = item_results(Run(CATALOGUE, ()))
    words = words_of("INCOMPLETE", live=readiness.environment.live, subset="")
    return _report(readiness, Decision(words, exit_code, (reason,)), results, seconds=seconds)


def _report(readiness: Readiness, decision: Decision, results: tuple[ItemResult, ...], *, seconds: float) -> GateReport:
    environment, now = readiness.environment, datetime.now(UTC)
    return GateReport(
        environment=environment.name,
        live=environment.live,
        decision=decision,
        items=_explained(results),
        concessions=(),
        started_at=(now - timedelta(seconds=seconds)).isoformat(timespec="seconds"),
        seconds=round(seconds, 3),
        exporter=str(environment.exporter or ""),
        versions=(*((name, version(name)) for name in VERSIONS), ("python", platform.python_version())),
        good_until=(now + GOOD_FOR).isoformat(timespec="seconds"),
        history=past_runs(environment.directory / "history.jsonl"),
    )


def _explained(results: tuple[ItemResult, ...]) -> tuple[ItemResult, ...]:
    """Return the results with what skipping each item costs, and what the documentation says about it."""
    said = guides((each.item for each in results), shipped("docs") / "checklist.md")
    return tuple(replace(each, risk=RISKS.get(each.item.id, ""), guide=said[each.item.id]) for each in results)


def _about_people(readiness: Readiness, report: GateReport) -> GateReport:
    """Return the report with as much of people in it as `report.personal_data` allows."""
    people = People.of(readiness.collector.pieces(), readiness.environment.report.personal_data)
    return people.report(report)
