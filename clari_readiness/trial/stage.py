"""The runs of a scenario: each is started, waited for or killed, and what it asked for and left behind is kept."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace

from clari_readiness.redact import Redactor
from clari_readiness.simulator import Fault, Line
from clari_readiness.trial.assignment import Assignment
from clari_readiness.trial.child import Child, Killer, Start, Starter, awaited
from clari_readiness.trial.course import Course, End, ProcessEnd, Request, Run
from clari_readiness.trial.place import Place
from clari_readiness.trial.rows import Rows
from clari_readiness.trial.scenario import Scene
from clari_readiness.trial.truth import truth_of
from clari_readiness.trial.variables import child_environment

_NO_ROWS = Rows()
_LONGEST_LINE = 160


class Stage:
    """What a play is given: it makes runs, one after the other."""

    def __init__(self, place: Place, starter: Starter, caller: Mapping[str, str]) -> None:
        self.place = place
        self.scenario = place.scenario
        self.runs: list[Run] = []
        self._days = 0.0
        self._starter = starter
        self._caller = caller
        self._assignment = place.assignment()

    def faults(self) -> Sequence[Fault]:
        """Return the scenario's faults, made anew: their counts begin at nothing."""
        scene = Scene(self.place.chance, self.place.clock, self.place.foreign)
        return self.scenario.faults(scene)

    def run(
        self,
        must: End,
        *,
        faults: Sequence[Fault] = (),
        killer: Killer | None = None,
        full: bool = False,
        at_once: int = 1,
        periods: Sequence[str] | None = None,
    ) -> Run:
        """Make one run, and return it.

        `killer` is what a fault kills it with; `full` lets nothing more be written, as on a full disk.
        """
        before = self.runs[-1].after if self.runs else _NO_ROWS
        assignment = replace(self._assignment, time_periods=tuple(periods)) if periods else self._assignment
        self.place.simulator.set_faults(faults)
        seen, began = len(self.place.simulator.journal), self.place.clock.monotonic()
        written = len(self.place.written())
        with self.place.warehouse.full() if full else nullcontext() as file_size:
            ends = self._ends(assignment, killer or Killer(), file_size, at_once)
        self.place.simulator.journal.settled()
        lines = sorted(self.place.simulator.journal.lines[seen:], key=lambda line: line.number)
        run = Run(
            number=len(self.runs) + 1,
            assignment=assignment,
            must=must,
            ends=ends,
            requests=tuple(_request(line, began) for line in lines),
            before=before,
            after=self.place.warehouse.rows(self.place.accused.mapped),
            truth=truth_of(self.place.simulator, assignment, lines),
            faulty=bool(faults),
            said=_last_line(self.place.written()[written:], self.place.secrets),
            days=self._days,
        )
        self.runs.append(run)
        self._days = 0.0
        return run

    def later(self, days: float) -> None:
        """Let some days pass, so that every export is due again."""
        self.place.clock.skip(days)
        self._days += days

    def course(self) -> Course:
        """Return everything that happened."""
        return Course(
            runs=tuple(self.runs),
            pace=self.place.pace,
            elsewhere=self.place.elsewhere(),
            about=self.scenario.about,
            surfaces=frozenset(self.scenario.surfaces) - set(self.place.accused.not_applicable),
            spare_events=self.scenario.spare_events,
        )

    def _ends(
        self, assignment: Assignment, killer: Killer, file_size: int | None, at_once: int
    ) -> tuple[ProcessEnd, ...]:
        allowed = self.place.pace.real(self.scenario.patience) + self.place.pace.work
        began = time.monotonic()
        children = [self._started(assignment, file_size) for _ in range(at_once)]
        killer.watch(children[0])
        try:
            return tuple(awaited(child, allowed, began, killer) for child in children)
        finally:
            killer.rest()

    def _started(self, assignment: Assignment, file_size: int | None) -> Child:
        environ = child_environment(
            self._caller,
            self.place.whereabouts,
            assignment,
            names=self.place.accused.names,
            pace=self.place.pace,
            now=self.place.clock.now(),
        )
        return self._starter.start(Start(environ, self.place.accused.directory, self.place.output, file_size))


def _last_line(written: bytes, secrets: Sequence[str]) -> str:
    lines = Redactor(secrets).text(written.decode(errors="replace")).split("\n")
    last = next((line for line in reversed(lines) if line.strip()), "")
    return last.strip()[:_LONGEST_LINE]


def _request(line: Line, began: float) -> Request:
    return Request(line, line.arrived - began, line.ended - began)
