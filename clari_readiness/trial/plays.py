"""Plays: the runs that a scenario makes of an exporter."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from clari_readiness.errors import NotVerified
from clari_readiness.simulator import Fault
from clari_readiness.trial.breaking import CutOff
from clari_readiness.trial.child import Killer
from clari_readiness.trial.course import End, Run
from clari_readiness.trial.killing import KilledAfter, KilledAsItWrites, KilledAt, KilledInDownload
from clari_readiness.trial.stage import Stage
from clari_readiness.trial.warehouses import Moment

_WHILE_LOADING = 2
_CHANGES = (1, 4)  # that are seen of a warehouse: within the first transaction, and after it, if there is another


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
    for number in range(1, _requests_of_a_good_run(stage) + 1):
        stage.later(days=1)
        _killed(stage, partial(KilledAt, nth=number))


def killed_at_a_post(stage: Stage) -> None:
    """Kill it when its POST was accepted, before it has the answer, and let the next run go on."""
    first = stage.run(End.COMPLETE, faults=stage.faults())
    stage.later(days=1)
    _killed(stage, partial(KilledAt, nth=_number_of_post(first), accepted=True))


def killed_while_loading(stage: Stage) -> None:
    """Kill it between the beginning of its download and its end, and let the next run go on.

    First at moments that are certain: in the middle of the download, and when its warehouse begins to change.
    Then at random times; and last of all it is let end, and started again, as after a kill behind its last row.
    """
    loading, chance = _seconds_of_loading(stage, stage.run(End.COMPLETE, faults=stage.faults())), stage.place.chance
    share, times = chance.uniform(0.1, 0.9), [chance.uniform(0, loading) for _ in range(_WHILE_LOADING)]
    _killed_in_another_week(stage, partial(KilledInDownload, share=share))
    for change in _CHANGES:
        _killed_in_another_week(stage, partial(KilledAsItWrites, seen=stage.place.warehouse.seen, nth=change))
    for seconds in times:
        _killed_in_another_week(stage, partial(KilledAfter, seconds=seconds))
    stage.later(days=8)
    for _ in range(2):
        stage.run(End.COMPLETE, faults=stage.faults())


def no_room(stage: Stage) -> None:
    """Run it well, and some days later while nothing more can be written, as on a full disk; then once more."""
    stage.run(End.COMPLETE)
    stage.later(days=8)
    stage.run(End.EITHER, full=True)
    stage.run(End.COMPLETE)


def cut_off(stage: Stage) -> None:
    """Break its session with the server at each moment of its loading, in another week, and let the next run go on.

    Raises NotVerified when it was never seen to load.
    """
    stage.run(End.COMPLETE, faults=stage.faults())
    broken = [_cut_off_in_another_week(stage, moment) for moment in Moment]
    if not any(broken):
        raise NotVerified(
            "no session of its was seen to load, so none was broken",
            way_out="let it load into the server of WAREHOUSE_URL itself, and not by way of a pooler",
        )


def _cut_off_in_another_week(stage: Stage, moment: Moment) -> bool:
    stage.later(days=8)
    killer, breaker = Killer(), stage.place.warehouse.breaker(moment, stage.place.accused.mapped)
    stage.run(End.CUT_OFF, faults=[CutOff(killer, breaker, moment), *stage.faults()], killer=killer)
    stage.run(End.COMPLETE, faults=stage.faults())
    return breaker.has_broken


def _requests_of_a_good_run(stage: Stage) -> int:
    return len(stage.run(End.COMPLETE, faults=stage.faults()).requests)


def _killed(stage: Stage, kill: Callable[[Killer], Fault]) -> None:
    killer = Killer()
    stage.run(End.KILLED, faults=[kill(killer), *stage.faults()], killer=killer)
    stage.run(End.COMPLETE, faults=stage.faults())


def _killed_in_another_week(stage: Stage, kill: Callable[[Killer], Fault]) -> None:
    # Half of an export that says the same as the one before would be seen by nobody.
    stage.later(days=8)
    _killed(stage, kill)


def _number_of_post(run: Run) -> int:
    posts = (number for number, request in enumerate(run.requests, 1) if request.line.method == "POST")
    return next(posts, 1)


def _seconds_of_loading(stage: Stage, run: Run) -> float:
    last = max((request.at for request in run.requests), default=0.0)
    return max(0.05, run.ends[0].seconds - stage.place.pace.real(last))
