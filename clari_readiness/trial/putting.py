"""From settings to a record: who is put on trial how, and what is written down of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from clari_readiness.errors import NotVerified
from clari_readiness.locks import held
from clari_readiness.model.time import Clock
from clari_readiness.trial.assignment import Pace
from clari_readiness.trial.exporter import Accused
from clari_readiness.trial.record import FILE, QUICK_FILE, Record, read_record
from clari_readiness.trial.run import Trial
from clari_readiness.trial.scenario import Scenario
from clari_readiness.trial.scenarios import chosen
from clari_readiness.trial.standing import suite_version
from clari_readiness.trial.verdict import Outcome

Listener = Callable[[Outcome], None]

_LOCK = "trial.lock"


@dataclass(frozen=True)
class Case:
    """One trial, ready to begin. `version` is the exporter's; `repeat` is the command that would do all of it again."""

    accused: Accused
    version: str
    pace: Pace
    scenarios: tuple[Scenario, ...]
    caller: Mapping[str, str] = field(repr=False)
    seed: int = 1
    quick: bool = False
    repeat: str = "clari-readiness trial"

    def put(self, directory: Path, clock: Clock, told: Listener = lambda _: None, *, patience: float = 0.0) -> Record:
        """Try it, tell each outcome as it is there, and keep the record in the directory.

        Two trials in one directory would write over each other's warehouses, so the second one waits so many seconds,
        and is then NotVerified.
        """
        with held(directory / _LOCK, lambda holder: _busy(directory, holder), patience=patience):
            record = self._tried(directory, clock, told)
            self._keep(record, directory)
        return record

    def _tried(self, directory: Path, clock: Clock, told: Listener) -> Record:
        began, when = time.monotonic(), clock.now()
        trial = Trial(self.accused, directory, self.caller, self.seed, self.pace, self.repeat)
        outcomes = {}
        for outcome in trial.outcomes(self.scenarios):
            told(outcome)
            outcomes[outcome.scenario] = outcome
        return Record(
            when=when,
            seed=self.seed,
            full=len(outcomes) == len(chosen()),
            quick=self.quick,
            exporter=self.accused.written,
            version=self.version,
            suite=suite_version(),
            time_scale=self.pace.scale,
            seconds=time.monotonic() - began,
            # In the order of the catalogue: which of two ended first is nobody's business.
            outcomes=tuple(outcomes[each.name] for each in self.scenarios if each.name in outcomes),
        )

    def _keep(self, record: Record, directory: Path) -> None:
        """Write the record of a full or a quick trial, and what was not kept into the other records, too."""
        for name, scenarios in ((FILE, chosen()), (QUICK_FILE, chosen(quick=True))):
            if self.scenarios == scenarios:
                record.write(directory / name)
                continue
            with suppress(NotVerified):  # there is none
                earlier = read_record(directory / name)
                if earlier.is_of_the_same(record):
                    earlier.amended_by(record).write(directory / name)


def _busy(directory: Path, holder: str) -> NotVerified:
    return NotVerified(f"another trial is at work in {directory}{holder}", way_out="let it end, or stop it")
