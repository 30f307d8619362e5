"""From what a run witnessed to its report: what pytest, the command line and every page show."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from clari_readiness.gate.catalogue import SUBSETS
from clari_readiness.gate.decision import FAILED, INCOMPLETE, Run, decide, item_results, problems_of, real_results
from clari_readiness.gate.drills import undelivered
from clari_readiness.gate.history import previously_passed, remember
from clari_readiness.gate.readiness import Readiness
from clari_readiness.gate.witness import Witness
from clari_readiness.model.findings import Decision, GateReport


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
) -> Verdict:
    """Decide over one run.

    `stopped` is the exit code of a run that did not end by itself, and why; `failed` is how many tests pytest counts as
    failed; `broke` says what broke in the gate, or is empty.
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
        decision = Decision(decision.words, stopped[0], decision.reasons)
    report = GateReport(
        environment=environment.name,
        live=environment.live,
        decision=decision,
        items=results,
        concessions=run.concessions,
        started_at=(datetime.now(UTC) - timedelta(seconds=seconds)).isoformat(timespec="seconds"),
        seconds=round(seconds, 3),
        subset=subset,
        exporter=environment.exporter.kind if environment.exporter else "",
        warnings=undelivered(readiness),
        versions=(("clari-readiness", version("clari-readiness")), ("python", platform.python_version())),
    )
    return Verdict(report, whole=not doubts and not broke)
