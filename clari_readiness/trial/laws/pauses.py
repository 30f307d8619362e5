"""Laws on the pauses before a request that failed in passing is sent again: they grow, and differ by chance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from statistics import fmean

from clari_readiness.trial.course import Course, Request, Run
from clari_readiness.trial.verdict import Broken

_AT_ONCE = 0.1  # a pause that is none, in seconds of the simulator's clock
_OVERHEAD = 0.01  # of a real second, between two requests without any pause
_SAME = 0.03  # of a pause: what may lie between two that are meant to be equal
_ENOUGH = 15  # pauses, to tell chance from intention


def growing_delays(course: Course) -> Iterator[Broken]:
    """Judge that the ceiling of the delays grows from attempt to attempt: on average, since jitter is wanted."""
    for run in course.runs:
        # A request that fails once says nothing of growth, and other requests may lie between it and the next one.
        delays = _by_attempt(pauses for pauses in _pauses(run) if len(pauses) > 2)
        if not delays:
            continue
        first, last = fmean(delays[1]), fmean(delays[max(delays)])
        everything = [delay for each in delays.values() for delay in each]
        if fmean(everything) < _AT_ONCE + _OVERHEAD * course.pace.scale:
            yield Broken("backoff", "tried again at once, without any pause")
        elif last < 2 * first:
            yield Broken(
                "backoff",
                f"the pause before attempt {max(delays) + 1} is {last:.1f} s on average, after {first:.1f} s before"
                " attempt 2: it does not grow",
            )


def jittered(course: Course) -> Iterator[Broken]:
    """Judge that not everybody who fails at one moment comes back at one: pauses after a first failure differ.

    A busy machine makes some of equal pauses longer, so that half of them is looked at that lies closest together.
    """
    for run in course.runs:
        first = sorted(pauses[0] for pauses in _pauses(run) if pauses)
        most = len(first) // 2
        if len(first) < _ENOUGH or fmean(first) < _AT_ONCE + _OVERHEAD * course.pace.scale:
            continue
        closest, lowest = min((first[i + most - 1] - first[i], first[i]) for i in range(len(first) - most + 1))
        if closest < _SAME * lowest:
            yield Broken(
                "jitter",
                f"waited {lowest:.1f} s before attempt 2 in {most} of {len(first)} cases, without jitter: all who fail"
                " at one moment come back at one moment",
            )


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
