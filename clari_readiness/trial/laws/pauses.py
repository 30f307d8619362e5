"""Laws on the pauses before a request that failed in passing is sent again: they grow, and differ by chance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from statistics import fmean

from clari_readiness.trial.course import Course, Request, Run
from clari_readiness.trial.verdict import Broken

_AT_ONCE = 0.1  # a pause that is none, in seconds of the simulator's clock
_OVERHEAD = 0.01  # of a real second, between two requests without any pause
_AT_MOST = 0.4  # of what a busy machine adds, in seconds of the simulator's clock; any more is tried again more slowly
_BUSY = 0.016  # of a real second: what a machine that is busy with others adds to most pauses, at most
_SAME = 0.08  # of a pause: what may lie between two that are meant to be equal, at most
_MOST = 0.6  # of the pauses are equal where no chance is in them; the machine makes the others longer
_FEW = 0.35  # of the pauses are equal by chance, where it lengthens them by much
_ENOUGH = 20  # pauses, to tell chance from intention


def growing_delays(course: Course) -> Iterator[Broken]:
    """Judge that the ceiling of the delays grows from attempt to attempt.

    The longest before the last attempt must be twice the shortest before the second: jitter is wanted, and a busy
    machine, which makes short pauses longer, convicts nobody. Nor does it acquit anybody by one moment in which it
    stood still: of three and more the second longest counts.
    """
    for run in course.runs:
        # A request that fails once says nothing of growth, and other requests may lie between it and the next one.
        delays = _by_attempt(pauses for pauses in _pauses(run) if len(pauses) > 2)
        if not delays:
            continue
        first, last = min(delays[1]), _longest(delays[max(delays)])
        everything = [delay for each in delays.values() for delay in each]
        if min(fmean(everything), last) < _at_once(course):
            yield Broken("backoff", "tried again at once, without any pause")
        elif last < 2 * first:
            yield Broken(
                "backoff",
                f"the pause before attempt {max(delays) + 1} is {last:.1f} s at most, after {first:.1f} s before"
                " attempt 2: it does not grow",
            )


def _longest(pauses: Sequence[float]) -> float:
    return sorted(pauses)[-2 if len(pauses) > 2 else -1]


def jittered(course: Course) -> Iterator[Broken]:
    """Judge that not everybody who fails at one moment comes back at one: pauses before the same attempt differ.

    Pauses before the third attempt and later ones are looked at, each against the shortest before the same attempt:
    those are long, and what a busy machine does to a pause is to make it some milliseconds longer, however long it is.
    """
    for equal, of in _equal(course):
        if equal >= _MOST * of:
            yield Broken(
                "jitter",
                f"{equal} of {of} pauses were as long as those of other requests before the same attempt:"
                " without jitter, all who fail at one moment come back at one moment",
            )


def unclear(course: Course) -> bool:
    """Tell whether the pauses are too few of them equal for intention, and too many for chance."""
    return any(_FEW * of < equal < _MOST * of for equal, of in _equal(course))


def _equal(course: Course) -> Iterator[tuple[int, int]]:
    """Yield, for each run with pauses enough to tell, how many are as long as others, and of how many."""
    for run in course.runs:
        later = [delays for attempt, delays in _by_attempt(_pauses(run)).items() if attempt > 1]
        excess = [(pause - min(delays), min(delays)) for delays in later for pause in delays]
        if len(excess) < _ENOUGH or min(least for _, least in excess) < _at_once(course):
            continue
        added = max(_BUSY * course.pace.scale, 2 * course.added)
        yield sum(more < min(_SAME * least, added) for more, least in excess), len(excess)


def _at_once(course: Course) -> float:
    """Return what is no pause: as much as lies between two requests where nobody waits for anything, and some more."""
    return _AT_ONCE + max(_OVERHEAD * course.pace.scale, min(1.5 * course.added, _AT_MOST))


def _by_attempt(sequences: Iterable[Sequence[float]]) -> dict[int, list[float]]:
    """Return ordinal of an attempt -> the pauses after it."""
    delays: defaultdict[int, list[float]] = defaultdict(list)
    for pauses in sequences:
        for attempt, pause in enumerate(pauses, 1):
            delays[attempt].append(pause)
    return dict(delays)


def _pauses(run: Run) -> list[list[float]]:
    """Return, for each request that failed in passing, the pauses before each time that it was sent again."""
    sequences: list[list[float]] = []
    going_on: dict[tuple[str, str, str, str], tuple[list[float], float]] = {}
    for request in run.requests:
        pauses, since = going_on.pop(request.same, ([], None))
        if since is not None:
            pauses.append(request.at - since)
        if _in_passing(request):
            going_on[request.same] = (pauses, request.ended)
            if since is None:
                sequences.append(pauses)
    return sequences


def _in_passing(request: Request) -> bool:
    status = request.line.status
    return status is None or status == 429 or status >= 500
