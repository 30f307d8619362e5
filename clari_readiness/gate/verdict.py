"""From a run's findings to its report: what pytest, the command line and every page show."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from clari_readiness.gate.catalogue import SUBSETS
from clari_readiness.gate.decision import (
    FAILED,
    INCOMPLETE,
    PASSED,
    Run,
    decide,
    item_results,
    problems_of,
    real_results,
    words_of,
)
from clari_readiness.gate.history import previously_passed, remember
from clari_readiness.gate.readiness import Readiness
from clari_readiness.model.findings import Decision, Finding, GateReport, Item


@dataclass(frozen=True)
class Verdict:
    """A decided run."""

    report: GateReport

    def remember(self, path: Path) -> None:
        """Add the run to the history of its environment."""
        remember(path, self.report, real_results(self.report.items))


def verdict(
    readiness: Readiness,
    findings: Sequence[Finding],
    *,
    catalogue: Sequence[Item],
    subset: str,
    narrowed: bool,
    stopped: tuple[int, str] | None,
    broke: str,
    seconds: float,
) -> Verdict:
    """Decide over the findings of one run.

    `narrowed` says that it looked at less than it decides over; `stopped` is the exit code of a run that did not end by
    itself, and why; `broke` says what broke in the gate, or is empty.
    """
    environment = readiness.environment
    run = Run(
        catalogue=catalogue,
        findings=findings,
        concessions=readiness.concessions([item.id for item in catalogue]),
        scope=SUBSETS.get(subset),
        managed=environment.exporter.managed or "" if environment.exporter else "",
        previously_passed=previously_passed(environment.directory / "history.jsonl"),
    )
    results = item_results(run)
    decision = decide(results, problems_of(run, results), live=environment.live, subset=subset, broke=broke)
    if decision.exit_code == PASSED and (narrowed or stopped):
        decision = Decision(
            words_of("INCOMPLETE", live=environment.live, subset=subset),
            INCOMPLETE,
            ("the run was narrowed to a part of the checks",),
        )
    if stopped and decision.exit_code in (FAILED, INCOMPLETE):
        code, reason = stopped
        decision = Decision(decision.words, code, (reason, *decision.reasons))
    return Verdict(
        GateReport(
            environment=environment.name,
            live=environment.live,
            decision=decision,
            items=results,
            concessions=run.concessions,
            started_at=(datetime.now(UTC) - timedelta(seconds=seconds)).isoformat(timespec="seconds"),
            seconds=round(seconds, 3),
            subset=subset,
            exporter=environment.exporter.kind if environment.exporter else "",
            versions=(("clari-readiness", version("clari-readiness")), ("python", platform.python_version())),
        )
    )
