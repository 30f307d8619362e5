"""The trial: the healthy run first, then every scenario, some side by side, each with a place of its own."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path

from clari_readiness.errors import ReadinessError, SettingsError
from clari_readiness.redact import Redactor
from clari_readiness.trial.assignment import Pace
from clari_readiness.trial.child import Starter
from clari_readiness.trial.doubts import unnamed, untested
from clari_readiness.trial.evidence import Evidence
from clari_readiness.trial.exporter import Accused
from clari_readiness.trial.laws.always import judged
from clari_readiness.trial.laws.busy import hidden_by
from clari_readiness.trial.meter import Meter, slowness
from clari_readiness.trial.place import Place
from clari_readiness.trial.scenario import Scenario
from clari_readiness.trial.scenarios import HEALTHY
from clari_readiness.trial.stage import Stage
from clari_readiness.trial.tries import Tries
from clari_readiness.trial.verdict import Outcome, Verdict

_TRIES = 6
_SEVERAL = 5.0  # times as long as a good run took: the machine may have more to do later


@dataclass(frozen=True)
class Trial:
    """An exporter, and how it is put on trial.

    `caller` is the environment of which a child gets what is allowed; evidence of failures goes to `directory`.
    """

    accused: Accused
    directory: Path
    caller: Mapping[str, str] = field(repr=False)
    seed: int = 1
    pace: Pace = field(default_factory=Pace)
    repeat: str = "clari-readiness trial"
    _meter: Meter = field(default_factory=Meter, repr=False, compare=False)

    def outcomes(self, scenarios: Sequence[Scenario]) -> Iterator[Outcome]:
        """Yield what becomes of each scenario, as it ends; when the first one is not kept, of no other.

        A warehouse that cannot be made is a SettingsError, or NotVerified where it cannot be looked at.
        """
        for left in (self._work, *(self.directory / each.name for each in scenarios)):
            shutil.rmtree(left, ignore_errors=True)  # by a trial that was killed, or failed there
        self.accused.warehouses.prepare()
        starter = self.accused.starter(self.caller)
        try:
            with self._meter:
                trial = replace(self, pace=self.pace.patient(self.accused.warehouses.work))
                first = trial._outcome(scenarios[0], starter)
                yield first
                if first.verdict is Verdict.KEPT:
                    trial = replace(trial, pace=trial.pace.patient(_SEVERAL * first.longest))
                    yield from trial._side_by_side(scenarios[1:], starter)
        finally:
            starter.close()
            shutil.rmtree(self._work, ignore_errors=True)

    @property
    def _work(self) -> Path:
        return self.directory / "work"

    def _side_by_side(self, scenarios: Sequence[Scenario], starter: Starter) -> Iterator[Outcome]:
        with ThreadPoolExecutor(self.accused.at_once, "trial") as pool:
            # What may take longest begins first, so that nobody waits for it alone in the end.
            ordered = sorted(scenarios, key=lambda scenario: -scenario.patience)
            try:
                waiting: set[Future[Outcome]] = {pool.submit(self._outcome, each, starter) for each in ordered}
                while waiting:
                    ended, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    yield from (future.result() for future in ended)
            except BaseException:  # nobody waits for what still runs
                pool.shutdown(wait=False, cancel_futures=True)
                starter.close()
                raise

    def _outcome(self, scenario: Scenario, starter: Starter) -> Outcome:
        """Return what becomes of a scenario; what rests on time alone is wrong only if it is so three times.

        A run that had to be stopped has more time in the next try, the more the machine has to do. Where a busy machine
        hides the pauses it is tried again with a slower clock, whatever seems to become of it, and so it is where as
        many tries speak for the exporter's pauses as against them.
        """
        pace, tries = self.pace, Tries()
        for _ in range(_TRIES):
            outcome = self._tried(scenario, starter, pace)
            if (outcome.hidden_by or outcome.unclear) and not pace.slowest:
                pace = pace.slower(outcome.hidden_by)
            elif tries.settled_by(outcome):
                break
            elif outcome.overdue:
                pace = pace.patient(outcome.slowness * pace.work)
            elif tries.undecided:
                pace = pace.slower(outcome.hidden_by)
        return outcome

    def _tried(self, scenario: Scenario, starter: Starter, pace: Pace) -> Outcome:
        began = time.monotonic()
        untold = Outcome(scenario.name, scenario.items, scenario.done, Verdict.NOT_TESTED)
        if reason := _not_applicable(scenario, self.accused):
            return replace(untold, verdict=Verdict.NOT_APPLICABLE, reason=reason)
        directory = self._work / scenario.name
        try:
            with Place(scenario, self.accused, seed=self.seed, pace=pace, directory=directory) as place:
                outcome = self._judged(scenario, place, Stage(place, starter, self.caller), untold)
        except SettingsError:
            raise
        except ReadinessError as error:
            outcome = replace(untold, reason=str(error))
        finally:
            shutil.rmtree(directory, ignore_errors=True)
        return replace(outcome, seconds=time.monotonic() - began)

    def _judged(self, scenario: Scenario, place: Place, stage: Stage, untold: Outcome) -> Outcome:
        began = time.monotonic()
        scenario.play(stage)
        added = self._meter.added(began)
        course = replace(stage.course(), added=added * place.pace.scale)
        requests = sum(len(run.requests) for run in course.runs)
        longest = max(end.seconds for run in course.runs for end in run.ends)
        untold = replace(untold, requests=requests, longest=longest, slowness=slowness(added))
        secrets = Redactor(place.secrets)
        if scenario is HEALTHY and (reason := unnamed(course, self.accused.mapped)):
            return replace(untold, reason=secrets.text(reason))
        broken = secrets.data(judged(scenario, course))
        if scenario.pauses is not None:
            untold = replace(untold, hidden_by=hidden_by(course, scenario.pauses))
        if scenario.unclear is not None:
            untold = replace(untold, unclear=scenario.unclear(course))
        if broken:
            evidence = Evidence(self.directory / scenario.name, place, self._again(scenario))
            kept = evidence.keep(course, broken)
            return replace(untold, verdict=Verdict.BROKEN, broken=broken, evidence=kept)
        if reason := untested(course):
            return replace(untold, reason=secrets.text(reason))
        shutil.rmtree(self.directory / scenario.name, ignore_errors=True)  # what an earlier try had found there
        return replace(untold, verdict=Verdict.KEPT)

    def _again(self, scenario: Scenario) -> str:
        return f"{self.repeat} --scenario {scenario.name} --seed {self.seed}"


def _not_applicable(scenario: Scenario, accused: Accused) -> str:
    """Return why a scenario does not apply: it is about a surface that the exporter lacks, or not for its engine."""
    spared = accused.warehouses.spared.get(scenario.does, "") if scenario.does else ""
    return accused.not_applicable.get(scenario.about, spared)
