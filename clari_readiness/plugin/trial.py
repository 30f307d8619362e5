"""The trial as checks ask it: run in rehearsals, recorded in live environments, and the same for all workers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from clari_readiness.environments import Environment
from clari_readiness.environments.variables import process_environment
from clari_readiness.errors import NotVerified
from clari_readiness.gate.evidence import EvidenceLog
from clari_readiness.gate.readiness import Readiness
from clari_readiness.model.evidence import SCENARIOS
from clari_readiness.model.time import SystemClock
from clari_readiness.trial import (
    FILE,
    LIVE,
    QUICK_FILE,
    REHEARSED,
    Case,
    Outcome,
    Pace,
    Record,
    Verdict,
    Wanted,
    Wishes,
    accused_of,
    chosen,
    read_record,
    record_of,
    standing,
    suite_version,
    time_scale_of,
    version_of,
)

_PATIENCE = 120.0
"""Seconds that a run waits for another trial in its place: another run's quick one ends sooner."""

_EXPECTED = "none of the laws of docs/trial.md broken"


@dataclass(frozen=True)
class AskedTrial:
    """What the trial found, for one check at a time; what it looks at goes into the evidence."""

    load: Callable[[], Record]
    evidence: EvidenceLog

    def outcomes(self, item: str) -> Sequence[Outcome]:
        """Return what became of the scenarios of an item that were tried, at least one.

        Raises NotVerified when none was, or one could not look, or the exporter fails while nothing goes wrong.
        """
        record = self.load()
        mine = [each for each in record.outcomes if item in each.items]
        self.evidence.saw("trial", _described(record))
        self.evidence.saw(SCENARIOS, [{"done": each.done, "verdict": each.verdict} for each in mine])
        for each in mine:
            if each.verdict is Verdict.NOT_TESTED:
                raise NotVerified(f"{each.scenario} could not be tried: {each.reason}", way_out="see docs/trial.md")
        healthy = record.outcomes[0]
        if not mine and healthy.verdict is Verdict.BROKEN:
            raise NotVerified(
                f"the exporter fails the healthy run, so nothing else was tried: {healthy.sentence}",
                way_out="mend that first",
            )
        applicable = [each for each in mine if each.verdict is not Verdict.NOT_APPLICABLE]
        if not applicable:
            reason = mine[0].reason if mine else "no scenario of it was tried"
            raise NotVerified(f"nothing of it was tried: {reason}", way_out="run `clari-readiness trial`, all of it")
        return applicable

    def broken(self, item: str) -> str:
        """Return what is wrong in one sentence, empty when all laws were kept; otherwise as `outcomes`."""
        wrong = [each for each in self.outcomes(item) if each.verdict is Verdict.BROKEN]
        return "; ".join(f"when {each.done}: {each.sentence}" for each in wrong)

    def fails(self, broken: str, *, fix: str) -> str:
        """Explain the failure of a check."""
        return self.evidence.fails(broken, expected=_EXPECTED, fix=fix)

    def concludes(self, item: str) -> None:
        """Say what a passing check has seen."""
        names = ", ".join(each.scenario for each in self.outcomes(item))
        self.evidence.concludes(f"all laws kept in {names}")


def _described(record: Record) -> dict[str, object]:
    """Return which trial it was; of a rehearsal's it does not matter when, and two of them say the same."""
    when = {"when": record.when.isoformat()} if record.full else {}
    return {"exporter": record.exporter, "version": record.version, "seed": record.seed, "full": record.full, **when}


def asked_trial(readiness: Readiness, wishes: Wishes, evidence: EvidenceLog) -> AskedTrial:
    """Return the trial of a run: it is looked up, or run, when it is asked for, once for all workers."""

    def load() -> Record:
        piece = readiness.collector.once("trial", lambda _: _record(readiness.environment, wishes).document())
        return record_of(piece.value())

    return AskedTrial(load, evidence)


def _record(environment: Environment, wishes: Wishes) -> Record:
    """Return the trial that counts; a rehearsal runs the quick one where there is none of today."""
    case = _case(environment, wishes)
    wanted = Wanted(
        case.accused.written,
        case.version,
        suite_version(),
        full=environment.live,
        most=LIVE if environment.live else REHEARSED,
        exempt=frozenset(case.accused.not_applicable.values()),
    )
    clock, directory = SystemClock(), environment.make_directory() / "trial"
    if environment.live:
        return standing(read_record(directory / FILE), wanted, clock.now())
    for name in (FILE, QUICK_FILE):
        with suppress(NotVerified):
            return standing(read_record(directory / name), wanted, clock.now())
    directory.mkdir(mode=0o700, exist_ok=True)
    return case.put(directory, clock, patience=_PATIENCE)


def _case(environment: Environment, wishes: Wishes) -> Case:
    accused = accused_of(environment, wishes)
    return Case(
        accused,
        version_of(accused, environment.trial.version_command if environment.trial else None),
        Pace(time_scale_of(environment, wishes, accused)),
        chosen(quick=True),
        process_environment(),
        quick=True,
        repeat=f"clari-readiness trial --env {environment.name}",
    )
