"""What a run found that somebody must hear about, and what became of telling them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Severity = Literal["critical", "warning"]

NoticeKind = Literal["raised", "repeated", "recovered"]


@dataclass(frozen=True)
class Alarm:
    """One cause for concern about one topic.

    `topic` is what was looked at ("export/net_bookings/2027_Q4", "reconciliation/net_bookings/2027_Q4",
    "anomalies/net_bookings", "retention"); `cause` is a key under it that stays the same from run to run, for which
    there is one message. `what` happened, `why` says how bad that is, `todo` what to do about it, and `link` where to
    read on: sentences for people. `details` has one line each for what is grouped in it.

    `event` names what happened once and does not go on, as the export in which an amount has moved: such an alarm is
    told once for each, and never over. An alarm without one is about how things are, and told as long as they are so.
    """

    topic: str
    cause: str
    severity: Severity
    what: str
    why: str
    todo: str
    link: str = ""
    details: tuple[str, ...] = ()
    event: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same alarm as one of an earlier run."""
        return self.topic, self.cause


@dataclass(frozen=True)
class Watched:
    """What a run looked at, and what it raised.

    An alarm of one of the `topics` that was raised before and is not now is over. What a run did not judge stays as it
    was, since nothing recovers by not being looked at.
    """

    topics: frozenset[str] = frozenset()
    alarms: tuple[Alarm, ...] = ()

    def __add__(self, other: Watched) -> Watched:
        return Watched(self.topics | other.topics, (*self.alarms, *other.alarms))


@dataclass(frozen=True)
class ActiveAlarm:
    """An alarm that is not over: `since` it was first raised, and `told_at` when somebody was last to hear of it."""

    alarm: Alarm
    since: datetime
    told_at: datetime


@dataclass(frozen=True)
class Notice:
    """What somebody is to hear of one alarm. `at` is the time of the run that has found it."""

    kind: NoticeKind
    alarm: Alarm
    since: datetime
    at: datetime


@dataclass(frozen=True)
class Decision:
    """What is to be told, and which alarms are not over."""

    notices: tuple[Notice, ...] = ()
    active: tuple[ActiveAlarm, ...] = ()


@dataclass(frozen=True)
class Pending:
    """A notice that a destination has not accepted yet. `destination` is its key, `reason` why it was refused."""

    destination: str
    notice: Notice
    reason: str = ""


@dataclass(frozen=True)
class Backlog:
    """How much a destination has not accepted, since when, and why."""

    name: str
    notices: int
    since: datetime
    reason: str

    def __str__(self) -> str:
        alerts = "1 alert" if self.notices == 1 else f"{self.notices} alerts"
        why = f": {self.reason}" if self.reason else ""
        return f"{alerts} could not be delivered to {self.name} since {self.since:%Y-%m-%d %H:%M} UTC{why}"


@dataclass(frozen=True)
class Drill:
    """One destination's part in a fire drill: `reason` is why it did not accept the message, and empty when it did.

    `mark` tells whether it still is the same destination, without saying which.
    """

    at: datetime
    name: str
    mark: str
    reason: str = ""

    @property
    def accepted(self) -> bool:
        """Whether the destination took the message."""
        return not self.reason
