"""What happened in a scenario: the runs of the exporter, what each asked for, and what each left behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from clari_readiness.simulator import Line
from clari_readiness.trial.assignment import Assignment, Pace, Surface
from clari_readiness.trial.rows import Rows

Event = tuple[str | None, ...]
"""What is kept of an audit event: its time (ISO 8601 in UTC, or None), actor, session and name."""


class End(StrEnum):
    """How a run has to end."""

    COMPLETE = "complete"  # all that was asked for is there, and the exit code says so
    LOUD = "loud"  # the exit code is not 0, and every row is as it was
    EITHER = "either"  # one of the two
    KILLED = "killed"  # by the trial: what was there must not be spoilt
    CUT_OFF = "cut off"  # by the trial, from its server: all is there and the exit code says so, or nothing is spoilt


@dataclass(frozen=True)
class ProcessEnd:
    """How a process ended: its exit code (negative: the signal), or `overdue` when it had to be stopped.

    `seconds` are real ones, `allowed` is how many there were.
    """

    exit_code: int | None
    seconds: float
    allowed: float
    overdue: bool = False
    killed: bool = False


@dataclass(frozen=True)
class Request:
    """A line of the journal; `at` is when it came in, `ended` when its answer left, in simulated seconds of the run."""

    line: Line
    at: float
    ended: float

    @property
    def what(self) -> str:
        """Return method and path: `POST /v4/export/forecast/net_bookings`."""
        return f"{self.line.method} {self.line.path}"

    @property
    def same(self) -> tuple[str, str, str, str]:
        """Return what makes two requests the same one."""
        return self.line.method, self.line.path, self.line.query, self.line.body


@dataclass(frozen=True)
class Entry:
    """The truth about one row: what a perfect exporter makes of an entry."""

    key: tuple[str, ...]
    owner_name: str | None
    owner_email: str | None
    amounts: Mapping[str, Any]


@dataclass(frozen=True)
class Document:
    """The truth about one export job: the entries that its results should hold, and what is wrong with them as told.

    Of a document with `damage` nothing may be loaded.
    """

    job_id: str
    period: str
    types: tuple[str, ...]
    entries: tuple[Entry, ...]
    damage: tuple[str, ...] = ()


@dataclass(frozen=True)
class Truth:
    """What the simulator knows to be true after a run.

    `documents` are those of every job so far that the exporter has queued, the oldest first; `downloaded` the ids of
    jobs whose results were sent in this run, in that order, and `taken` those of them that others had queued. Events of
    the audit window are counted, since there are true duplicates (F29): those that are certain happened before the
    first request for them, the possible ones before the last. `opportunities` is id -> score.
    """

    documents: tuple[Document, ...] = ()
    downloaded: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    certain_events: Mapping[Event, int] = field(default_factory=lambda: MappingProxyType({}))
    possible_events: Mapping[Event, int] = field(default_factory=lambda: MappingProxyType({}))
    opportunities: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Run:
    """One run of the exporter, from start to end; two at once are one run with two `ends`.

    `said` is the last line that it wrote, shortened and without the key; `days` had passed since the run before.
    """

    number: int
    assignment: Assignment
    must: End
    ends: tuple[ProcessEnd, ...]
    requests: tuple[Request, ...]
    before: Rows
    after: Rows
    truth: Truth
    faulty: bool = False
    said: str = ""
    days: float = 0.0

    @property
    def succeeded(self) -> bool:
        """Whether an exit code said that all went well."""
        return any(end.exit_code == 0 for end in self.ends)


@dataclass(frozen=True)
class Elsewhere:
    """A request that did not go to the simulator: one that the foreign listener saw, or the proxy that refuses.

    `led` is true where the simulator had led there, with a redirect or a `nextLink`.
    """

    where: str
    what: str
    with_key: bool
    led: bool


@dataclass(frozen=True)
class Course:
    """Everything that the laws judge; `surfaces` are those that were asked for, the rest is as in the scenario.

    `added` is what the machine, busy with others, added between two requests: seconds of the simulator's clock.
    """

    runs: tuple[Run, ...]
    pace: Pace
    elsewhere: tuple[Elsewhere, ...] = ()
    about: Surface = "forecast"
    surfaces: frozenset[str] = frozenset({"forecast"})
    spare_events: int = 0
    added: float = 0.0
