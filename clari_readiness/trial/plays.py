"""Plays: the runs that a scenario makes of an exporter."""

from __future__ import annotations

from clari_readiness.trial.child import Killer
from clari_readiness.trial.course import End, Run
from clari_readiness.trial.killing import KilledAfter, KilledAt
from clari_readiness.trial.stage import Stage

_WHILE_LOADING = 4
_SMALL_FILE = 8192


def once(stage: Stage) -> None:
    """Run it once, under the faults."""
    stage.run(stage.scenario.ends, faults=stage.faults())


def twice(stage: Stage) -> None:
    """Run it twice in a row, and let nothing go wrong but what the faults do to both."""
    for _ in range(2):
        stage.run(stage.scenario.ends, faults=stage.faults())


def again_a_day_later(stage: Stage) -> None:
    """Run it on three days in a row."""
    stage.run(End.COMPLETE)
    for _ in range(2):
        stage.later(days=1)
        stage.run(stage.scenario.ends, faults=stage.faults())


def after_a_good_run(stage: Stage) -> None:
    """Run it well, and some days later under the faults: there is something that can be spoilt."""
    stage.run(End.COMPLETE)
    stage.later(days=8)
    stage.run(stage.scenario.ends, faults=stage.faults())


def and_recovers(stage: Stage) -> None:
    """As after a good run, and then once more when all is well again: nobody has mended anything."""
    after_a_good_run(stage)
    stage.run(End.COMPLETE)


def two_at_once(stage: Stage) -> None:
    """Run two at once, on an empty warehouse, and then one more."""
    stage.run(End.EITHER, at_once=2)
    stage.run(End.COMPLETE)


def killed_between_requests(stage: Stage) -> None:
    """Kill it at each of its requests, and let the next run go on."""
    requests = len(stage.run(End.COMPLETE).requests)
    for number in range(1, requests + 1):
        stage.later(days=1)
        _killed_at(stage, number, accepted=False)


def killed_at_a_post(stage: Stage) -> None:
    """Kill it when its POST was accepted, before it has the answer, and let the next run go on."""
    first = stage.run(End.COMPLETE)
    stage.later(days=1)
    _killed_at(stage, _number_of_post(first), accepted=True)


def killed_while_loading(stage: Stage) -> None:
    """Kill it at random times between the download and its end, and let the next run go on."""
    first = stage.run(End.COMPLETE)
    loading = _seconds_of_loading(stage, first)
    for _ in range(_WHILE_LOADING):
        # Another week each time: half of an export that says the same as the one before would be seen by nobody.
        stage.later(days=8)
        killer = Killer()
        stage.run(End.KILLED, faults=[KilledAfter(killer, stage.place.chance.uniform(0, loading))], killer=killer)
        stage.run(End.COMPLETE)


def no_room(stage: Stage) -> None:
    """Run it well, and some days later with a limit on the size of files, as on a full disk; then once more."""
    stage.run(End.COMPLETE)
    stage.later(days=8)
    stage.run(End.EITHER, file_size=_SMALL_FILE)
    stage.run(End.COMPLETE)


def _killed_at(stage: Stage, number: int, *, accepted: bool) -> None:
    killer = Killer()
    stage.run(End.KILLED, faults=[KilledAt(killer, number, accepted=accepted)], killer=killer)
    stage.run(End.COMPLETE)


def _number_of_post(run: Run) -> int:
    posts = (number for number, request in enumerate(run.requests, 1) if request.line.method == "POST")
    return next(posts, 1)


def _seconds_of_loading(stage: Stage, run: Run) -> float:
    last = max((request.at for request in run.requests), default=0.0)
    return max(0.05, run.ends[0].seconds - stage.place.pace.real(last))
