"""What passes: the faults after which a good exporter has everything all the same, to be drawn from."""

from __future__ import annotations

from functools import partial

from clari_readiness.simulator.clock import Clock
from clari_readiness.simulator.faults import (
    AnswerLost,
    BadGateway,
    BrokenGzip,
    ConflictingEntries,
    Content,
    CutShort,
    Dripping,
    EmptyPage,
    ErrorInside,
    FullLastPage,
    JobEnds,
    JobShape,
    JobSlow,
    Malformed,
    Match,
    OddAmounts,
    OddNames,
    PageSizes,
    RateLimited,
    RepeatedEntries,
    Reset,
    ResetInBody,
    SecondRole,
    SharedWeek,
    Status,
    UnknownKey,
    Unordered,
    WrongType,
)
from clari_readiness.simulator.faults.combination import Possibility
from clari_readiness.simulator.faults.matching import ASKED, AUDIT, JOB_OR_LIST, QUEUED

READING = Match("GET", r"(?!.*/export/jobs/[^/]+$).*")
"""Whatever is read, but for looks at a job: how many come before its end depends on how busy the machine is, and the
same seed must meet the same requests."""


def passing(clock: Clock, *, seed: int = 0) -> tuple[Possibility, ...]:
    """Return all of them, the nearest to the network first; `clock` is the simulator's, `seed` that of contents."""
    return (*_on_the_wire(clock), *_of_jobs(), *_of_pages(seed), *_of_contents(seed))


def _on_the_wire(clock: Clock) -> tuple[Possibility, ...]:
    return (
        Possibility("429 with seconds", lambda match: RateLimited(match, 5), READING, most=3),
        Possibility("429 with a date", lambda match: RateLimited(match, 5, clock), READING, most=3),
        Possibility("429 without Retry-After", RateLimited, READING, most=3),
        Possibility("429 for a POST", lambda match: RateLimited(match, 5), QUEUED, most=2),
        Possibility("500", lambda match: Status(match, 500), READING, most=3),
        Possibility("502 in HTML", BadGateway, READING, most=3),
        Possibility("503", lambda match: Status(match, 503), READING, most=3),
        Possibility("reset", Reset, READING, most=2),
        Possibility("reset in the body", ResetInBody, READING, most=2),
        Possibility("answer to a POST lost", AnswerLost, QUEUED, latest=2),
        Possibility("cut short", CutShort, READING, most=2),
        Possibility("dripping", Dripping, READING, most=2),
        Possibility("broken gzip", BrokenGzip, READING, most=2),
        Possibility("malformed JSON", Malformed, READING, most=2),
        Possibility("an error inside", ErrorInside, READING, most=2),
        Possibility("a page in HTML", WrongType, READING, most=2),
    )


def _of_jobs() -> tuple[Possibility, ...]:
    return (
        Possibility("job FAILED", lambda match: JobEnds(match, "FAILED"), QUEUED, latest=2),
        Possibility("job ABORTED", lambda match: JobEnds(match, "ABORTED"), QUEUED, latest=2),
        Possibility("job CANCELLED", lambda match: JobEnds(match, "CANCELLED"), QUEUED, latest=2),
        Possibility("job slow", lambda match: JobSlow(match, 60), QUEUED, most=2, latest=2),
        Possibility("job bare", lambda match: JobShape("bare", match), JOB_OR_LIST, most=3, latest=1),
        Possibility("job wrapped", lambda match: JobShape("wrapped", match), JOB_OR_LIST, most=3, latest=1),
        Possibility("every week", SharedWeek, QUEUED, most=3, latest=2),
    )


def _of_pages(seed: int) -> tuple[Possibility, ...]:
    return (
        Possibility("pages of any size", lambda match: PageSizes(match, seed=seed), AUDIT, most=9, latest=1),
        Possibility("last page full", lambda match: FullLastPage(match, most=5), AUDIT, most=9, latest=1),
        Possibility("empty page", EmptyPage, AUDIT, most=2),
    )


def _of_contents(seed: int) -> tuple[Possibility, ...]:
    every: tuple[tuple[str, type[Content]], ...] = (
        ("odd amounts", OddAmounts),
        ("odd names", OddNames),
        ("unknown keys", UnknownKey),
        ("a second role", SecondRole),
        ("repeated entries", RepeatedEntries),
        ("conflicting entries", ConflictingEntries),
        ("unordered", Unordered),
    )
    return tuple(Possibility(name, partial(kind, seed=seed), ASKED, most=4, latest=1) for name, kind in every)
